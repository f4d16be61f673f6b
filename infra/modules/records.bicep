// The truth: scans, requests, register, copies. One container per first segment of the program's paths.
param name string
param location string
param tags object
param sku string
param softDeleteDays int

// Copies and closed register pages get their policy from the program, version by version; the container must be made for it.
var immutableContainers = [
  'ecopy-copies'
  'ecopy-register'
]

var otherContainers = [
  'ecopy-access'
  'ecopy-audit'
  'ecopy-demo'
  'ecopy-digests'
  'ecopy-dossiers'
  'ecopy-drafts'
  'ecopy-due'
  'ecopy-ending'
  'ecopy-idempotency'
  'ecopy-keys'
  'ecopy-office'
  'ecopy-open'
  'ecopy-protection'
  'ecopy-public'
  'ecopy-remote'
  'ecopy-renewals'
  'ecopy-requests'
  'ecopy-root'
  'ecopy-scans'
  'ecopy-sequences'
  'ecopy-sessions'
  'ecopy-work'
]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
  }
}

resource immutable 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [for container in immutableContainers: {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
    immutableStorageWithVersioning: {
      enabled: true
    }
  }
}]

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [for container in otherContainers: {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}]

// An open page is written again with every pooled batch of entries: without a rule every state of it would be kept for good.
// Versions under a policy are not deleted before it ends, whatever this rule says.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'older-states'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                'ecopy-register/'
                'ecopy-audit/'
                'ecopy-sequences/'
                'ecopy-requests/'
                'ecopy-drafts/'
                'ecopy-sessions/'
                'ecopy-office/accounts/'
              ]
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: softDeleteDays
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    blobs
  ]
}

output id string = account.id
output name string = account.name
output blobUrl string = account.properties.primaryEndpoints.blob
