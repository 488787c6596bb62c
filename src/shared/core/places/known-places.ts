/**
 * Countries that TMDB knows, by ISO 3166-1 alpha-2, and XK, which stands for Kosovo. Source: its answer to /configuration/countries in
 * its API reference, November 2026. Left out are its ten codes of former countries and of no country (AN BU CS SU TP XC XG XI YU ZR):
 * old titles come from there, and no list is made there today.
 */
export const knownCountries: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM ' +
    'CN CO CR CU CV CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GH GI GL GM GN GP GQ GR GS GT GU GW ' +
    'GY HK HM HN HR HT HU ID IE IL IN IO IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ' +
    'ME MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT ' +
    'PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
    'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

/**
 * Translations that TMDB is known to have, each with the country it is filed under: its answer to /configuration/primary_translations in
 * its API reference, and those that stand beside recorded titles, November 2026. It has more, so this is no limit: it says what a bare
 * language means and what is proposed. Some codes are its own: `cn` is Cantonese.
 */
export const knownTranslations: ReadonlySet<string> = new Set(
  (
    'af-ZA ar-AE ar-SA az-AZ be-BY bg-BG bn-BD bs-BS ca-ES ch-GU cn-CN cs-CZ cy-GB da-DK de-AT de-CH de-DE el-GR en-AU ' +
    'en-CA en-GB en-IE en-NZ en-US eo-EO es-ES es-MX et-EE eu-ES fa-IR fi-FI fr-CA fr-FR ga-IE gd-GB gl-ES he-IL hi-IN ' +
    'hr-HR hu-HU id-ID is-IS it-IT ja-JP ka-GE kk-KZ kn-IN ko-KR ky-KG la-LA lb-LB lt-LT lv-LV mk-MK ml-IN mr-IN ms-MY ' +
    'ms-SG my-MY nb-NO nl-BE nl-NL no-NO pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-RS sv-SE ' +
    'ta-IN te-IN th-TH tl-PH tr-TR tw-TW uk-UA uz-UZ vi-VN zh-CN zh-HK zh-SG zh-TW zu-ZA'
  ).split(' '),
);
