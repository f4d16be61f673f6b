// ECopy on Azure: one resource group per environment. Written against the documented resource types; never compiled here (README.md).
targetScope = 'resourceGroup'

@description('Name of the environment in names of resources: lower-case letters and digits.')
@minLength(2)
@maxLength(10)
param environmentName string

@description('Region of everything but the witness.')
param location string

@description('Region of the witness account: another one, so that one disaster does not take both.')
param witnessLocation string

@description('What the store is, for good: a demo store never becomes a production store.')
@allowed([
  'demo'
  'production'
])
param storeKind string

@description('The address in links and QR codes, https://…; it stands in issued copies for good.')
param publicUrl string

@description('Elastic Premium size of the function app.')
@allowed([
  'EP1'
  'EP2'
  'EP3'
])
param planSize string

@description('Instances that are always warm.')
@minValue(1)
param minimumInstances int

@description('Instances at most.')
@minValue(1)
param maximumInstances int

@description('How copies of the accounts are kept, e.g. Standard_ZRS.')
param storageSku string

@description('Days for which copies and closed register pages cannot be changed or deleted; 0: no policy is set.')
@minValue(0)
param immutableDays int

@description('Locked: nobody can shorten it any more, not even the owner of the subscription. Try Unlocked first.')
@allowed([
  'Unlocked'
  'Locked'
])
param immutableMode string

@description('Days for which deleted blobs and containers can be brought back.')
@minValue(1)
@maxValue(365)
param softDeleteDays int

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logDays int

@description('Who is told of alarms.')
param alertEmail string

@description('Object id of the group that runs deploy.sh and makes certificates in the vault.')
param operatorsObjectId string

var suffix = uniqueString(resourceGroup().id, environmentName)
var tags = {
  application: 'ecopy'
  environment: environmentName
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: 'id-ecopy-${environmentName}'
    location: location
    tags: tags
  }
}

module records 'modules/records.bicep' = {
  name: 'records'
  params: {
    name: take('ecopyrec${environmentName}${suffix}', 24)
    location: location
    tags: tags
    sku: storageSku
    softDeleteDays: softDeleteDays
  }
}

module witness 'modules/witness.bicep' = {
  name: 'witness'
  params: {
    name: take('ecopywit${environmentName}${suffix}', 24)
    location: witnessLocation
    tags: tags
    sku: storageSku
    softDeleteDays: softDeleteDays
  }
}

module host 'modules/host.bicep' = {
  name: 'host'
  params: {
    name: take('ecopyhost${environmentName}${suffix}', 24)
    location: location
    tags: tags
    sku: storageSku
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: take('kv-ecopy-${environmentName}-${suffix}', 24)
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: 'ecopy-${environmentName}'
    location: location
    tags: tags
    logDays: logDays
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    principalId: identity.outputs.principalId
    operatorsObjectId: operatorsObjectId
    recordsName: records.outputs.name
    witnessName: witness.outputs.name
    hostName: host.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

// A demo's keys are files; production has none, its keys lie in the vault.
module demoKeys 'modules/demo-keys.bicep' = if (storeKind == 'demo') {
  name: 'demo-keys'
  params: {
    name: take('ecopydemo${environmentName}${suffix}', 24)
    location: location
    tags: tags
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: 'func-ecopy-${environmentName}-${suffix}'
    location: location
    tags: tags
    planSize: planSize
    minimumInstances: minimumInstances
    maximumInstances: maximumInstances
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    insightsConnectionString: monitoring.outputs.connectionString
    hostName: host.outputs.name
    recordsUrl: records.outputs.blobUrl
    queueUrl: host.outputs.queueUrl
    witnessUrl: witness.outputs.blobUrl
    vaultUrl: vault.outputs.url
    packageUrl: '${host.outputs.blobUrl}${host.outputs.releasesContainer}/ecopy.zip'
    publicUrl: publicUrl
    storeKind: storeKind
    immutableDays: immutableDays
    immutableMode: immutableMode
    demoKeysName: storeKind == 'demo' ? demoKeys.outputs.name : ''
    demoKeysShare: storeKind == 'demo' ? demoKeys.outputs.share : ''
  }
  dependsOn: [
    roles
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: 'ecopy-${environmentName}'
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    hostId: host.outputs.id
    alertEmail: alertEmail
  }
}

output functionAppName string = app.outputs.name
output hostAccountName string = host.outputs.name
output releasesContainer string = host.outputs.releasesContainer
output vaultUrl string = vault.outputs.url
