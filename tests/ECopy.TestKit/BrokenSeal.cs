using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Signing.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace ECopy.TestKit;

/// <summary>The agency's key, out of order until it is mended; every other key works.</summary>
internal sealed class BrokenSeal
{
    private volatile bool broken = true;

    /// <summary>What the broken key answers.</summary>
    public string Code { get; init; } = "signing-key-failed";

    public void Mend() => broken = false;

    public void Install(IServiceCollection services)
    {
        // The last one registered is the one in use.
        var own = services.Last(service => service.ServiceType == typeof(IKeyRing)).ImplementationFactory!;
        services.AddSingleton<IKeyRing>(provider => new Ring((IKeyRing)own(provider), this));
    }

    private sealed class Ring(IKeyRing own, BrokenSeal seal) : IKeyRing
    {
        public Result<ISigningKey> Open(OfficeCertificate certificate)
        {
            var key = own.Open(certificate);
            return certificate.Holder is null && seal.broken && !key.IsRejected ? new Result<ISigningKey>?(new Key(key.Value, seal.Code)).Value : key;
        }
    }

    private sealed class Key(ISigningKey own, string code) : ISigningKey
    {
        public CertificateChain Chain => own.Chain;

        public SignatureAlgorithm Algorithm => own.Algorithm;

        public bool NeedsAuthorization => false;

        public Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken) =>
            Task.FromResult<SigningAnswer>(new SigningAnswer.Refused(code, "out of order"));
    }
}
