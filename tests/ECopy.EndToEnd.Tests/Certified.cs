using System.Text.Json;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>The answer of <c>certify --json</c>.</summary>
public sealed record Certified(string CopyId, string VerificationCode, string DossierCode, int RegisterNumber, string Book, string Sha256, string Path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <exception cref="JsonException">stdout holds anything but the answer.</exception>
    public static Certified Of(ProgramAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        return JsonSerializer.Deserialize<Certified>(answer.Output, Json)!;
    }
}
