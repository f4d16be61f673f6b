// Copies are kept for ten years. Replace address, mail and group by your own; Locked cannot be taken back (README.md).
using 'main.bicep'

param environmentName = 'prod'
param location = 'southeastasia'
param witnessLocation = 'eastasia'
param storeKind = 'production'
param publicUrl = 'https://saoy.example.vn'
param planSize = 'EP2'
param minimumInstances = 2
param maximumInstances = 10
param storageSku = 'Standard_ZRS'
param immutableDays = 3650
param immutableMode = 'Unlocked'
param softDeleteDays = 90
param logDays = 365
param alertEmail = 'ops@example.vn'
param operatorsObjectId = '00000000-0000-0000-0000-000000000000'
