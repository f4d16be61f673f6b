using ECopy.Functions.Domain;

namespace ECopy.Functions.Web;

/// <summary>Which status a refusal of the flow has on the wire. One table, so that one code never has two.</summary>
internal static class Refusals
{
    public static IResult Answer(HttpContext context, Rejection rejection)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        return Problems.From(context, rejection, StatusOf(rejection.Code));
    }

    public static int StatusOf(string code) => code switch
    {
        "request-invalid" or "state-unknown" or "cursor-invalid" or "limit-invalid" or "idempotency-key-invalid" or "file-missing" => StatusCodes.Status400BadRequest,
        "not-a-clerk" or "not-an-attestor" or "not-a-seal-keeper" or "not-an-administrator" or "not-allowed" or "not-allowed-to-stop" or "four-eyes" or "delegation-not-in-force" or "returned-not-yours"
            => StatusCodes.Status403Forbidden,
        "copy-not-found" or "agency-unknown" or "person-unknown" or "account-unknown" or "token-unknown" or "dossier-not-found" or "access-link-unknown" or "not-found" or "draft-not-found" => StatusCodes.Status404NotFound,
        // What was asked for could be done at another time, or once something stored has been mended.
        "decision-not-waiting" or "digest-not-stored" or "seal-not-waiting" or "returned-not-waiting" or "returned-too-late" or "stop-too-late" or "copy-not-issued" or "upload-in-flight" or "daily-sequence-full" or "draft-ended"
            => StatusCodes.Status409Conflict,
        "file-too-large" or "file-too-large-plain" or "too-many-files" or "image-too-large" => StatusCodes.Status413PayloadTooLarge,
        "content-type-wrong" or "image-unsupported-type" or "image-unsupported-variant" or "image-cmyk" => StatusCodes.Status415UnsupportedMediaType,
        "certificate-file-unreadable" => StatusCodes.Status422UnprocessableEntity,
        _ when code.StartsWith("certificate-", StringComparison.Ordinal) || code.StartsWith("signing-key-", StringComparison.Ordinal) || code.StartsWith("key-vault-", StringComparison.Ordinal) || code.StartsWith("remote-signing-", StringComparison.Ordinal) => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
