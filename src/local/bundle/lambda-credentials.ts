import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands for the SDK's chain of credential sources inside the bundles: Lambda gives a function its credentials in the
 * environment, and files, single sign-on and instance metadata are not there to be asked.
 */
export const defaultProvider: typeof fromEnv = () => fromEnv();
