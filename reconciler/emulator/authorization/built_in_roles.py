"""Some of Azure's built-in roles, with their GUIDs and permissions.

GUIDs are the same in every tenant and cloud. A seed can define further roles.
"""

from __future__ import annotations

from reconciler.emulator.authorization.roles import Role

BUILT_IN_ROLES = (
    Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ("*",)),
    Role(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        ("*",),
        not_actions=(
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/delete",
            "Microsoft.Purview/consents/write",
            "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
            "Microsoft.Subscription/cancel/action",
            "Microsoft.Subscription/enable/action",
        ),
    ),
    Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",)),
    Role(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
    ),
    Role(
        "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e",
        "Support Request Contributor",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
        ),
    ),
    Role(
        "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
        "Monitoring Reader",
        ("*/read", "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.Support/*"),
    ),
    Role(
        "fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64",
        "Billing Reader",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.Billing/*/read",
            "Microsoft.Commerce/*/read",
            "Microsoft.Consumption/*/read",
            "Microsoft.CostManagement/*/read",
            "Microsoft.Management/managementGroups/read",
            "Microsoft.Support/*",
        ),
    ),
    Role(
        "73c42c96-874c-492b-b04d-ab87d138a893",
        "Log Analytics Reader",
        (
            "*/read",
            "Microsoft.OperationalInsights/workspaces/analytics/query/action",
            "Microsoft.OperationalInsights/workspaces/search/action",
            "Microsoft.Support/*",
        ),
        not_actions=("Microsoft.OperationalInsights/workspaces/sharedKeys/read",),
        data_actions=("Microsoft.OperationalInsights/workspaces/jobs/export/action",),
    ),
    Role(
        "39bc4728-0917-49c7-9d2c-d95423bc2eb4",
        "Security Reader",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/read",
            "Microsoft.IoTSecurity/*/read",
            "Microsoft.IoTSecurity/defenderSettings/downloadManagerActivation/action",
            "Microsoft.IoTSecurity/defenderSettings/packageDownloads/action",
            "Microsoft.Management/managementGroups/read",
            "Microsoft.Resources/deployments/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Security/*/read",
            "Microsoft.Security/iotDefenderSettings/downloadManagerActivation/action",
            "Microsoft.Security/iotDefenderSettings/packageDownloads/action",
            "Microsoft.Security/iotSensors/downloadResetPassword/action",
            "Microsoft.Support/*/read",
            "Microsoft.operationalInsights/workspaces/*/read",
        ),
    ),
    Role(
        "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "AcrPull",
        ("Microsoft.ContainerRegistry/registries/pull/read",),
    ),
    Role(
        "c12c1c16-33a1-487b-954d-41c89c60f349",
        "Reader and Data Access",
        (
            "Microsoft.Storage/storageAccounts/ListAccountSas/action",
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/read",
        ),
    ),
    Role(
        "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
        "Storage Queue Data Message Sender",
        (),
        data_actions=(
            "Microsoft.Storage/storageAccounts/queueServices/queues/messages/add/action",
        ),
    ),
    Role(
        "a97b65f3-24c7-4388-baec-2e87135dc908",
        "Cognitive Services User",
        (
            "Microsoft.CognitiveServices/*/read",
            "Microsoft.CognitiveServices/accounts/listkeys/action",
            "Microsoft.Insights/alertRules/read",
            "Microsoft.Insights/diagnosticSettings/read",
            "Microsoft.Insights/logDefinitions/read",
            "Microsoft.Insights/metricdefinitions/read",
            "Microsoft.Insights/metrics/read",
            "Microsoft.ResourceHealth/availabilityStatuses/read",
            "Microsoft.Resources/deployments/operations/read",
            "Microsoft.Resources/subscriptions/operationresults/read",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
        ),
        data_actions=("Microsoft.CognitiveServices/*",),
        not_data_actions=(
            "Microsoft.CognitiveServices/accounts/AIServices/agents/endpoints/UserIdentityImpersonation/action",
            "Microsoft.CognitiveServices/accounts/AIServices/fine_tuning_deployments/write",
            "Microsoft.CognitiveServices/accounts/OpenAI/fine-tunes-deployments/write",
        ),
    ),
    Role(
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        (
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ),
    ),
)
