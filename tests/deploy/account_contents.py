"""Prints as JSON what the account at AWS_ENDPOINT_URL holds, by kind: one process in the place of a dozen of the AWS command line."""

import json
import os

import boto3


def api(service):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def schedules():
    scheduler = api("scheduler")
    listed = scheduler.list_schedules()["Schedules"]
    return [scheduler.get_schedule(GroupName=one["GroupName"], Name=one["Name"]) for one in listed]


CONTENTS = {
    "functions": lambda: api("lambda").list_functions()["Functions"],
    "mappings": lambda: api("lambda").list_event_source_mappings()["EventSourceMappings"],
    "tables": lambda: api("dynamodb").list_tables()["TableNames"],
    "queues": lambda: api("sqs").list_queues().get("QueueUrls", []),
    "logGroups": lambda: api("logs").describe_log_groups()["logGroups"],
    "schedules": schedules,
    "scheduleGroups": lambda: [one for one in api("scheduler").list_schedule_groups()["ScheduleGroups"] if one["Name"] != "default"],
    "rules": lambda: api("events").list_rules()["Rules"],
    "alarms": lambda: api("cloudwatch").describe_alarms()["MetricAlarms"],
    "dashboards": lambda: api("cloudwatch").list_dashboards()["DashboardEntries"],
    "topics": lambda: api("sns").list_topics()["Topics"],
    "subscriptions": lambda: api("sns").list_subscriptions()["Subscriptions"],
    # The bootstrap's own are shared by all CDK apps of the account.
    "roles": lambda: [one["RoleName"] for one in api("iam").list_roles()["Roles"] if not one["RoleName"].startswith("cdk-")],
    "policies": lambda: api("iam").list_policies(Scope="Local")["Policies"],
    "parameters": lambda: [one["Name"] for one in api("ssm").describe_parameters()["Parameters"] if "cdk-bootstrap" not in one["Name"]],
}

print(json.dumps({kind: look() for kind, look in CONTENTS.items()}, default=str))
