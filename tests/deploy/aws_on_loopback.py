"""AWS on loopback for the rehearsal of docs/deploy.md: the server of moto, with the parts that it lacks for this stack.

    python3 aws_on_loopback.py PORT FUNCTIONS_URL READER_URL

PORT           where AWS's APIs are served, on localhost.
FUNCTIONS_URL  who runs functions: `POST FUNCTIONS_URL/REGION/NAME` with the event; status 200 and the result, or 500 and the error.
READER_URL     the address that every function URL gets.

moto names the region of a call by its signature, and takes the first label of a host for a bucket: clients must call `localhost`.
"""

import json
import os
import sys
import threading
import warnings

import boto3
import requests
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.urls import url_paths as lambda_paths
from moto.cloudformation.models import ChangeSet
from moto.cloudformation.parsing import OutputMap
from moto.core.common_models import CloudFormationModel
from moto.core.utils import iso_8601_datetime_without_milliseconds, utcfromtimestamp
from moto.events.models import Rule
from moto.iam.models import ManagedPolicy
from moto.server import main
from moto.sqs.models import Queue

PORT, FUNCTIONS_URL, READER_URL = int(sys.argv[1]), sys.argv[2], sys.argv[3]

# What a new account is granted, instead of the 1,000 that AWS documents as its quota.
NEW_ACCOUNTS_CONCURRENCY = 10

# Longest run of a function in Lambda.
LONGEST_INVOCATION_SECONDS = 900


def api(service, region):
    """A client of this server."""
    return boto3.client(
        service,
        endpoint_url=f"http://localhost:{PORT}",
        region_name=region,
        aws_access_key_id="rehearsal",
        aws_secret_access_key="rehearsal",
    )


def run_function(region, name, event):
    """Runs a function to its end; its status and its answer."""
    url = f"{FUNCTIONS_URL}/{region}/{name}"
    answer = requests.post(url, data=event.encode(), timeout=LONGEST_INVOCATION_SECONDS)
    return answer.status_code, answer.text


# --- Resources that moto's CloudFormation does not know, made by the calls that its services do know -------------------------------


def resource(kind, create, delete=None, name_property=""):
    """Teaches CloudFormation a kind of resource.

    create(properties, region) makes it and returns its physical id and its attributes; delete(id, properties, region) removes it.
    Without `delete` it ends with what it belongs to.
    """

    def made(cls, generated_name, template, _account_id, region, **_):
        properties = dict(template.get("Properties", {}))
        properties.pop("Tags", None)
        if name_property:
            properties.setdefault(name_property, generated_name)
        one = cls()
        one.properties = properties
        one.physical_resource_id, one.attributes = create(properties, region)
        return one

    def deleted(self, _account_id, region):
        if delete is not None:
            delete(self.physical_resource_id, self.properties, region)

    def replaced(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        original_resource.delete(account_id, region_name)
        return made(cls, new_resource_name, cloudformation_json, account_id, region_name)

    members = {
        "cloudformation_type": staticmethod(lambda: kind),
        "cloudformation_name_type": staticmethod(lambda: name_property),
        "create_from_cloudformation_json": classmethod(made),
        "update_from_cloudformation_json": classmethod(replaced),
        "delete_from_cloudformation_json": classmethod(lambda *_: None),
        "delete": deleted,
        "is_created": lambda self: True,
        "has_cfn_attr": classmethod(lambda *_: True),
        "get_cfn_attribute": lambda self, attribute: self.attributes[attribute],
    }
    # moto finds the kinds that it knows among the direct subclasses of this class.
    return type(kind.replace("::", ""), (CloudFormationModel,), members)


def schedule_group(properties, region):
    arn = api("scheduler", region).create_schedule_group(**properties)["ScheduleGroupArn"]
    return properties["Name"], {"Arn": arn}


def schedule(properties, region):
    arn = api("scheduler", region).create_schedule(**properties)["ScheduleArn"]
    return properties["Name"], {"Arn": arn}


def alarm(properties, region):
    cloudwatch = api("cloudwatch", region)
    cloudwatch.put_metric_alarm(**properties)
    name = properties["AlarmName"]
    [described] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return name, {"Arn": described["AlarmArn"]}


def subscription(properties, region):
    arn = api("sns", region).subscribe(ReturnSubscriptionArn=True, **properties)["SubscriptionArn"]
    return arn, {"Arn": arn}


def topic_policy(properties, region):
    policy = json.dumps(properties["PolicyDocument"])
    for topic in properties["Topics"]:
        api("sns", region).set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    return "topic-policy", {}


def queue_policy(properties, region):
    policy = json.dumps(properties["PolicyDocument"])
    for queue in properties["Queues"]:
        api("sqs", region).set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    return "queue-policy", {}


def function_url(properties, region):
    function = properties.pop("TargetFunctionArn")
    api("lambda", region).create_function_url_config(FunctionName=function, **properties)
    return function, {"FunctionUrl": READER_URL, "FunctionArn": function}


def event_invoke_config(properties, region):
    function = properties["FunctionName"]
    given = {name: value for name, value in properties.items() if name != "Qualifier"}
    api("lambda", region).put_function_event_invoke_config(**given)
    return f"{function}-invoke-config", {}


resource(
    "AWS::Scheduler::ScheduleGroup",
    schedule_group,
    lambda name, _, region: api("scheduler", region).delete_schedule_group(Name=name),
    "Name",
)
# A schedule is deleted with its group.
resource("AWS::Scheduler::Schedule", schedule, None, "Name")
resource(
    "AWS::CloudWatch::Alarm",
    alarm,
    lambda name, _, region: api("cloudwatch", region).delete_alarms(AlarmNames=[name]),
    "AlarmName",
)
resource(
    "AWS::SNS::Subscription",
    subscription,
    lambda arn, _, region: api("sns", region).unsubscribe(SubscriptionArn=arn),
)
resource("AWS::SNS::TopicPolicy", topic_policy)
resource("AWS::SQS::QueuePolicy", queue_policy)
resource("AWS::Lambda::Url", function_url)
resource("AWS::Lambda::EventInvokeConfig", event_invoke_config)


# --- A change set: CDK reads the outputs and the template of the stack afterwards ---------------------------------------------------

apply_only = ChangeSet.apply


def apply_and_publish(self):
    apply_only(self)
    self.stack.template, self.stack.template_dict = self.template, self.template_dict
    self.stack.output_map = self.stack._create_output_map()


ChangeSet.apply = apply_and_publish

# moto looks exports up while it plans and while it deletes a stack, which makes the resources that they name once more.
OutputMap.exports = property(lambda self: [])

# moto's CloudFormation makes policies and does not delete them.
ManagedPolicy.delete = lambda self, _account_id, region: api("iam", region).delete_policy(PolicyArn=self.arn)


# --- Functions: moto would need Docker ---------------------------------------------------------------------------------------------


def invoke(self, event=None):
    status, answer = run_function(self.region, self.function_name, event if isinstance(event, str) else json.dumps(event))
    return answer, status != 200, ""


LambdaFunction._invoke_lambda = invoke


def account_settings(_self):
    limit = NEW_ACCOUNTS_CONCURRENCY
    return json.dumps({"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit}})


LambdaResponse.get_account_settings = account_settings
lambda_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch

# moto would deliver within the call that sends, one message at a time; whoever runs the functions polls by the mappings' settings.
Queue.lambda_event_source_mappings = property(lambda self: {}, lambda self, mappings: None)


# --- EventBridge: moto refuses functions as targets --------------------------------------------------------------------------------


def send_to_targets(self, event, *_, **__):
    if not self.event_pattern.matches_event(event):
        return
    # Inside moto the time is a number.
    time = iso_8601_datetime_without_milliseconds(utcfromtimestamp(float(event["time"])))
    body = json.dumps({**event, "time": time})
    for target in self.targets:
        parts = target["Arn"].split(":")
        threading.Thread(target=run_function, args=(parts[3], parts[6], body)).start()


Rule.send_to_targets = send_to_targets

def end_with_the_caller():
    """Standard input is closed when the process that started this one is gone, however it ended."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    threading.Thread(target=end_with_the_caller, daemon=True).start()
    main(["-H", "127.0.0.1", "-p", str(PORT)])
