using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Functions.Demo;

/// <param name="Serial">Of a certificate of the demo's issuing authority, in hex.</param>
internal sealed record DemoRevocation(string Serial, DateTimeOffset Since, RevocationReason Reason);

/// <summary>What the demo authority has revoked: <c>revoked.json</c> in its folder, which whoever wants to see revocation may edit.</summary>
internal sealed record DemoRevocations(int Schema, IReadOnlyList<DemoRevocation> Revoked) : IStoredRecord
{
    public const string FileName = "revoked.json";

    public static int CurrentSchema => 1;
}

/// <summary>
/// The demo authority's timestamps, OCSP answers and lists, within the program: keys are made when they are first needed and kept
/// in the authority's folder. The time is that of whoever asks, so that a demo's past agrees with itself.
/// </summary>
internal sealed class DemoTrust(FileBlobStore folder, IBlobStore store, TimeProvider clock) : ITimestampTransport, IRevocationTransport, IDisposable
{
    /// <summary>Made from a UUID, as anybody may (X.667).</summary>
    public const string Policy = "2.25.98127400172912563741872903746120394857";

    /// <summary>A key of the services is used for half of its certificate's life: what was stamped last can be renewed in peace.</summary>
    private const int YearsInUse = DemoAuthority.ServiceYears / 2;

    private static readonly TimeSpan AnswerLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan ListLife = TimeSpan.FromDays(30);

    private readonly KeyFiles files = new(folder);
    private readonly Dictionary<string, Pkcs12SigningKey> keys = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1);
    private DemoAuthority? authority;
    private IReadOnlySet<string> issued = new HashSet<string>();

    /// <summary>Answers a timestamp request (RFC 3161).</summary>
    public async Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var key = await ServiceKeyAsync("timestamps", (demo, year) => demo.IssueTimestamping(year), cancellationToken);
        return await new TimestampAuthority(key, Policy, clock).AnswerAsync(request, cancellationToken);
    }

    /// <summary>Answers for the issuing authority's certificates; the root's is asked for by its list.</summary>
    public async Task<ReadOnlyMemory<byte>?> AskAsync(X509Certificate2 issuer, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var own = (await AuthorityAsync(cancellationToken)).Chain[0];
        return own.RawDataMemory.Span.SequenceEqual(issuer.RawDataMemory.Span) ? await AnswerAsync(request, cancellationToken) : null;
    }

    public async Task<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var own = (await AuthorityAsync(cancellationToken)).Chain[0];
        var key = await ServiceKeyAsync("responder", (demo, year) => demo.IssueResponder(year), cancellationToken);
        var revoked = await RevokedAsync(cancellationToken);
        var known = await IssuedAsync(request, cancellationToken);
        var responder = new OcspResponder(
            key,
            own,
            serial => Convert.ToHexString(serial.Span) is var name && known.Contains(name) ? new IssuedCertificate(revoked.GetValueOrDefault(name)) : null,
            clock,
            AnswerLife);
        return await responder.AnswerAsync(request, cancellationToken);
    }

    public async Task<ReadOnlyMemory<byte>?> FetchListAsync(X509Certificate2 issuer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var root = (await AuthorityAsync(cancellationToken)).Chain[1];
        return root.RawDataMemory.Span.SequenceEqual(issuer.RawDataMemory.Span) ? await RootListAsync(cancellationToken) : null;
    }

    /// <summary>The root's list: nobody has ever been on it.</summary>
    public async Task<ReadOnlyMemory<byte>> RootListAsync(CancellationToken cancellationToken)
    {
        await AuthorityAsync(cancellationToken);
        var key = await KeyAsync("root", () => DemoAuthority.RootKeyAsync(files, cancellationToken), cancellationToken);
        var now = clock.GetUtcNow();
        return await RevocationListWriter.WriteAsync(key, [], now, now + ListLife, now.ToUnixTimeSeconds(), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var key in keys.Values) key.Dispose();
        authority?.Dispose();
        gate.Dispose();
    }

    private async Task<Pkcs12SigningKey> ServiceKeyAsync(string service, Func<DemoAuthority, int, X509Certificate2> issue, CancellationToken cancellationToken)
    {
        var demo = await AuthorityAsync(cancellationToken);
        var year = LocalTime.DateOf(clock.GetUtcNow()).Year;
        var since = year - (year % YearsInUse);
        var name = service + since.ToString(CultureInfo.InvariantCulture);
        return await KeyAsync(name, () => files.OpenOrCreateKeyAsync(name, () => issue(demo, since), demo.Chain, cancellationToken), cancellationToken);
    }

    private async Task<Pkcs12SigningKey> KeyAsync(string name, Func<Task<Pkcs12SigningKey>> open, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (!keys.TryGetValue(name, out var key)) keys[name] = key = await open();
            return key;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<DemoAuthority> AuthorityAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref authority) is { } known) return known;
        await gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            return authority ??= await DemoAuthority.OpenOrFoundAsync(files, LocalTime.StartOf(DemoOffice.FoundedOn(now)), now, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Dictionary<string, RevokedCertificate>> RevokedAsync(CancellationToken cancellationToken)
    {
        var stored = (await folder.ReadJsonAsync<DemoRevocations>(DemoRevocations.FileName, cancellationToken))?.Value.Revoked ?? [];
        return stored.ToDictionary(one => one.Serial.ToUpperInvariant(), one => new RevokedCertificate(Convert.FromHexString(one.Serial), one.Since, one.Reason));
    }

    /// <summary>
    /// Serial numbers of what this authority has issued: the certificates of the demo's offices, and those of its own services.
    /// Looked for again only when somebody asks about another one.
    /// </summary>
    private async Task<IReadOnlySet<string>> IssuedAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref issued);
        return Asked(request).All(known.Contains) ? known : await FindIssuedAsync(cancellationToken);
    }

    private async Task<IReadOnlySet<string>> FindIssuedAsync(CancellationToken cancellationToken)
    {
        var demo = await AuthorityAsync(cancellationToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var path in store.ListAsync(BlobPaths.AllCertificates, cancellationToken))
        {
            if ((await store.ReadJsonAsync<OfficeCertificate>(path, cancellationToken))?.Value is not { Chain: [var der, ..] }) continue;
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            if (certificate.IssuerName.RawData.AsSpan().SequenceEqual(demo.Chain[0].SubjectName.RawData)) found.Add(Convert.ToHexString(certificate.SerialNumberBytes.Span));
        }

        await foreach (var file in folder.ListAsync("", cancellationToken))
        {
            if (!file.EndsWith(".p12", StringComparison.Ordinal)) continue;
            using var key = await files.OpenOrCreateAsync(file[..^4], () => throw new InvalidOperationException(file), [], cancellationToken);
            found.Add(Convert.ToHexString(key.SerialNumberBytes.Span));
        }

        Volatile.Write(ref issued, found);
        return found;
    }

    private static IEnumerable<string> Asked(ReadOnlyMemory<byte> request)
    {
        try
        {
            return OcspRequest.Read(request).Certificates.Select(certificate => Convert.ToHexString(certificate.Serial.Span));
        }
        catch (RevocationFormatException)
        {
            // The responder says so itself.
            return [];
        }
    }
}
