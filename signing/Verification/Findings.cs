namespace ECopy.Signing.Verification;

/// <summary>The shapes that findings come in.</summary>
internal static class Findings
{
    public static Finding Malformed(string code, string reason) =>
        new(IntegrityWord.Malformed, Indication.TotalFailed, SubIndication.FormatFailure, code, reason);

    /// <summary>Nothing is known about a file or an algorithm that cannot be read: never passed, never accused.</summary>
    public static Finding Unsupported(string code, string reason) =>
        new(IntegrityWord.Unsupported, Indication.Indeterminate, SubIndication.SigConstraintsFailure, code, reason);

    public static Finding Tampered(SubIndication subIndication, string code, string reason) =>
        new(IntegrityWord.Tampered, Indication.TotalFailed, subIndication, code, reason);

    public static Finding Attack(string code, string reason) =>
        new(IntegrityWord.Attack, Indication.TotalFailed, SubIndication.FormatFailure, code, reason);

    public static Finding Untrusted(SubIndication subIndication, string code, string reason) =>
        new(IntegrityWord.Valid, Indication.Indeterminate, subIndication, code, reason);

    /// <summary>The one that decides: malformed, unsupported, tampered, attack, then what keeps a sound file from passing.</summary>
    public static Finding Worst(IEnumerable<Finding> findings) =>
        findings.OrderByDescending(finding => finding.Word).ThenByDescending(finding => finding.Indication).FirstOrDefault() ?? Finding.Passed;
}

/// <summary>One rule with one stable code: a reason against, or null.</summary>
internal sealed record Rule<T>(string Code, Func<T, string?> Reason)
{
    public static Finding? FirstBroken(IReadOnlyList<Rule<T>> rules, T subject)
    {
        foreach (var rule in rules)
        {
            if (rule.Reason(subject) is { } reason) return Findings.Attack(rule.Code, reason);
        }

        return null;
    }
}
