// What a person must look at. The program writes "level: Category[event id] text" to the host, which makes traces of it; the marks
// below are those of the program's own log lines (tests/ECopy.Functions.Tests/Infra holds that each is written).
param name string
param location string
param tags object
param insightsId string
param hostId string
param alertEmail string

var rules = [
  {
    name: 'integrity'
    text: 'A stored record, a register page or a copy is not what it must be: stop, look, see "Incident" in the runbook.'
    severity: 0
    marks: [
      'ECopy.Functions.Register.RaiseAlarm[101]'
      'ECopy.Functions.Verify.VerifyCopy[301]'
    ]
    moreThan: 0
  }
  {
    name: 'sweeper-restarts'
    text: 'Many requests had to be begun anew: handlers die, or a step fails again and again.'
    severity: 2
    marks: [
      'ECopy.Functions.Workflow.Sweeper[212]'
    ]
    moreThan: 10
  }
  {
    name: 'sweeper-failing'
    text: 'The sweeper cannot list or mend requests.'
    severity: 1
    marks: [
      'ECopy.Functions.Workflow.Sweeper[213]'
      'ECopy.Functions.Workflow.Sweeper[214]'
    ]
    moreThan: 3
  }
  {
    name: 'commands-given-up'
    text: 'The queue gave commands up after several tries. The sweeper tells them again; find out why they failed.'
    severity: 2
    marks: [
      'ECopy.Functions.Triggers.CommandQueue[231]'
    ]
    moreThan: 0
  }
  {
    name: 'certificate-expiry'
    text: 'A certificate in use runs out within sixty days: see "Certificate renewal" in the runbook.'
    severity: 2
    marks: [
      'ECopy.Functions.Office.CertificateWatch[501]'
    ]
    moreThan: 0
  }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'ecopy'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource marked 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = [for rule in rules: {
  name: 'alert-${name}-${rule.name}'
  location: location
  tags: tags
  properties: {
    displayName: 'ECopy: ${rule.name}'
    description: rule.text
    severity: rule.severity
    enabled: true
    scopes: [
      insightsId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'traces | where ${join(map(rule.marks, mark => 'message contains "${mark}"'), ' or ')}'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: rule.moreThan
        }
      ]
    }
    autoMitigate: false
    actions: {
      actionGroups: [
        operators.id
      ]
    }
  }
}]

// The queue trigger logs when each message was put in: commands that were taken late, though the sweeper saves them.
resource queueAge 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = {
  name: 'alert-${name}-queue-age'
  location: location
  tags: tags
  properties: {
    displayName: 'ECopy: queue-age'
    description: 'Commands waited more than five minutes in the queue: the app does not keep up, or does not run.'
    severity: 2
    enabled: true
    scopes: [
      insightsId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'traces | where message startswith "Trigger Details:" | parse message with * "InsertedOn: " inserted:datetime | where isnotnull(inserted) and timestamp - inserted > 5m'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        operators.id
      ]
    }
  }
}

// And where nothing runs at all, nothing is logged: then the messages pile up (the service counts them once an hour).
resource queueLength 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-queue-length'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages pile up in the queues of the function app.'
    severity: 1
    enabled: true
    scopes: [
      '${hostId}/queueServices/default'
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'messages'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Storage/storageAccounts/queueServices'
          metricName: 'QueueMessageCount'
          operator: 'GreaterThan'
          threshold: 500
          timeAggregation: 'Average'
        }
      ]
    }
    actions: [
      {
        actionGroupId: operators.id
      }
    ]
  }
}
