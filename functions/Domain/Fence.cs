namespace ECopy.Functions.Domain;

/// <summary>DESIGN decision 2: the request carries an attempt and an approval; work of an older one must not have effects.</summary>
internal static class Fence
{
    /// <summary>Whether <paramref name="work"/> has been overtaken. Ask inside the compare-and-swap, where the answer is still true when written.</summary>
    public static bool Supersedes(this CopyRequest request, CopyWork work)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(work);
        return request.Attempt > work.Attempt || (work.Approval != 0 && request.Approval > work.Approval);
    }
}
