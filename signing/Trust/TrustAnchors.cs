using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ECopy.Signing.Trust;

/// <summary>A certificate that is trusted by decision, and from when until when the decision holds.</summary>
public sealed record TrustAnchor(X509Certificate2 Certificate, DateTimeOffset From, DateTimeOffset Until)
{
    public bool HoldsAt(DateTimeOffset at) => at >= From && at <= Until;
}

/// <summary>A file of trust anchors cannot be used. Stable code: <c>trust-file-unreadable</c>.</summary>
public sealed class TrustFormatException(string message, Exception? inner = null) : FormatException(message, inner)
{
    public string Code { get; } = "trust-file-unreadable";
}

/// <summary>The anchors that are in force. Nothing comes from the machine's store.</summary>
public sealed class TrustAnchors(IReadOnlyList<TrustAnchor> anchors)
{
    public static readonly TrustAnchors None = new([]);

    public IReadOnlyList<TrustAnchor> Anchors { get; } = anchors;

    /// <summary>
    /// Reads one DER certificate, or a PEM file of several. Lines <c>From: 2026-01-01T00:00:00Z</c> and <c>Until: …</c> before a
    /// PEM block limit the trust in that certificate; without them its own dates do.
    /// </summary>
    public static TrustAnchors Read(ReadOnlySpan<byte> file)
    {
        try
        {
            return new TrustAnchors(file is [0x30, ..] ? [Of(X509CertificateLoader.LoadCertificate(file))] : ReadPem(Encoding.UTF8.GetString(file)));
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or ArgumentException)
        {
            throw new TrustFormatException("The file of trust anchors cannot be read.", fault);
        }
    }

    public TrustAnchors And(TrustAnchors others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new TrustAnchors([.. Anchors, .. others.Anchors]);
    }

    private static List<TrustAnchor> ReadPem(string text)
    {
        var anchors = new List<TrustAnchor>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label] is not "CERTIFICATE") throw new FormatException("only certificates are trust anchors");
            var anchor = Of(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            var (start, length) = fields.Location.GetOffsetAndLength(rest.Length);
            anchors.Add(Limit(anchor, rest[..start].ToString()));
            rest = rest[(start + length)..];
        }

        return anchors.Count > 0 ? anchors : throw new FormatException("no certificate found");
    }

    private static TrustAnchor Of(X509Certificate2 certificate) =>
        new(certificate, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    private static TrustAnchor Limit(TrustAnchor anchor, string before)
    {
        foreach (var line in before.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("From:", StringComparison.Ordinal)) anchor = anchor with { From = Time(line[5..]) };
            if (line.StartsWith("Until:", StringComparison.Ordinal)) anchor = anchor with { Until = Time(line[6..]) };
        }

        return anchor;
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
