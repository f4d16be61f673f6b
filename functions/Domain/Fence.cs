namespace ECopy.Functions.Domain;

/// <summary>DESIGN decision 2: the request carries an attempt and an approval; work of an older one must not have effects.</summary>
internal static class Fence
{
    /// <summary>Whether <paramref name="work"/> has been overtaken. Ask inside the compare-and-swap, where the answer is still true when written.</summary>
    public static bool Supersedes(this CopyRequest request, CopyWork work)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(work);
        if (request.Attempt > work.Attempt) return true;
        // An approval is over when a later one exists, and when its decision was taken back.
        return work.Approval != 0 && (request.Approval > work.Approval || request.Decision is null);
    }

    /// <summary>Why this approval must not go on: a person's stop, or that it is being given up. Null while it may.</summary>
    public static string? EndsWith(this CopyRequest request, CopyWork work)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(work);
        return request.Stop?.Code ?? (request.GivenUp?.Approval == work.Approval ? request.GivenUp.Code : null);
    }
}
