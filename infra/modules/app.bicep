// The function app: the published program as a custom handler on Elastic Premium (Flex Consumption's custom stack is unproven).
param name string
param location string
param tags object
param planSize string
param minimumInstances int
param maximumInstances int
param identityId string
param identityClientId string
param insightsConnectionString string
param hostName string
param recordsUrl string
param queueUrl string
param witnessUrl string
param vaultUrl string
param packageUrl string
param publicUrl string
param storeKind string
param immutableDays int
param immutableMode string
param demoKeysName string
param demoKeysShare string

var keysFolder = '/ecopy-keys'

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'elastic'
  sku: {
    name: planSize
    tier: 'ElasticPremium'
  }
  properties: {
    reserved: true
    maximumElasticWorkerCount: maximumInstances
  }
}

resource demoKeys 'Microsoft.Storage/storageAccounts@2023-05-01' existing = if (!empty(demoKeysName)) {
  name: demoKeysName
}

resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      alwaysOn: false
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      minimumElasticInstanceCount: minimumInstances
      functionAppScaleLimit: maximumInstances
      healthCheckPath: '/health/live'
      azureStorageAccounts: empty(demoKeysName) ? {} : {
        keys: {
          type: 'AzureFiles'
          accountName: demoKeysName
          shareName: demoKeysShare
          mountPath: keysFolder
          accessKey: demoKeys.listKeys().keys[0].value
        }
      }
    }
  }
}

// Signing in with a password to Kudu or FTP is off: releases come from the container, under the identity.
resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2023-12-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2023-12-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

var settings = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'custom'
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '314572800'
  AzureWebJobsDisableHomepage: 'true'
  AzureWebJobsStorage__accountName: hostName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  WEBSITE_RUN_FROM_PACKAGE: packageUrl
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: identityId
  // Which identity DefaultAzureCredential asks for.
  AZURE_CLIENT_ID: identityClientId
  PublicUrl: publicUrl
  Store__Kind: storeKind
  Storage__AccountUrl: recordsUrl
  Storage__QueueUrl: queueUrl
  Storage__ImmutableDays: string(immutableDays)
  Storage__ImmutableMode: immutableMode
  Register__WitnessUrl: witnessUrl
  KeyVault__Url: vaultUrl
}

var demoSettings = empty(demoKeysName) ? {} : {
  Keys__Folder: keysFolder
}

resource appSettings 'Microsoft.Web/sites/config@2023-12-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, demoSettings)
}

output name string = app.name
