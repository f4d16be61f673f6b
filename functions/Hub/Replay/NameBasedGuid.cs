using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ECopy.Functions.Hub.Replay;

/// <summary>RFC 9562, 5.5 (UUID version 5): the same name gives the same identifier.</summary>
internal static class NameBasedGuid
{
    // The name space that Durable Functions uses for this purpose.
    private static readonly Guid NameSpace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    public static Guid Create(string instanceId, DateTime currentUtc, int counter)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{currentUtc:o}_{counter}");
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        NameSpace.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing is protected by it.
        var hash = SHA1.HashData(input).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
