// Demo only: the demo authority and its keys are files that all instances must see. A file share cannot be mounted without an
// account key, so this account has one and holds nothing but keys that no production store takes.
param name string
param location string
param tags object

var keysShare = 'ecopy-keys'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource files 'Microsoft.Storage/storageAccounts/fileServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource share 'Microsoft.Storage/storageAccounts/fileServices/shares@2023-05-01' = {
  parent: files
  name: keysShare
  properties: {
    shareQuota: 1
  }
}

output name string = account.name
output share string = share.name
