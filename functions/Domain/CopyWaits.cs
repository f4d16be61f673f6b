namespace ECopy.Functions.Domain;

/// <summary>Why a request waits, where more than one place must know the word. Stable.</summary>
internal static class CopyWaits
{
    /// <summary>For the file that its signer, or the clerical officer for the seal, signs with a tool of their own.</summary>
    public const string ReturnedFile = "waiting-for-returned-file";
}
