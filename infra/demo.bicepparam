// A demo: small, its copies can be thrown away. Replace address, mail and group by your own.
using 'main.bicep'

param environmentName = 'demo'
param location = 'southeastasia'
param witnessLocation = 'eastasia'
param storeKind = 'demo'
param publicUrl = 'https://saoy-demo.example.vn'
param planSize = 'EP1'
param minimumInstances = 1
param maximumInstances = 2
param storageSku = 'Standard_LRS'
param immutableDays = 0
param immutableMode = 'Unlocked'
param softDeleteDays = 7
param logDays = 30
param alertEmail = 'demo@example.vn'
param operatorsObjectId = '00000000-0000-0000-0000-000000000000'
