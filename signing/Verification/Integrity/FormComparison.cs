using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>
/// What a revision does to the form: who is signed, filled or new is judged first, by the fields' names; then each field and widget
/// is compared where the walk comes to it.
/// </summary>
internal sealed class FormComparison(RevisionView before, RevisionView after, Permissions permissions, PairWalk walk, Action<int, string> forbid)
{
    private const long ReadOnly = 1;

    private static readonly HashSet<string> SignedKeys = ["V", "AP", "F", "M"];
    private static readonly HashSet<string> FilledKeys = ["V", "AP", "AS", "I", "M"];

    private readonly HashSet<int> signed = [];
    private readonly HashSet<int> filled = [];
    private readonly HashSet<int> addedFields = [];
    private readonly HashSet<int> unchanged = [];

    /// <summary>Appearances that were taken away from a field: what the field showed is overridden, wherever else it is used.</summary>
    public HashSet<int> Replaced { get; } = [];

    /// <summary>New widgets of fields that may be new or signed.</summary>
    public HashSet<int> AddedWidgets { get; } = [];

    public void Judge()
    {
        foreach (var field in after.Form.Fields)
        {
            if (field.Reference is not { } reference) continue;
            if (before.Fields.TryGetValue(reference.Number, out var old)) Existing(reference.Number, old, field);
            else if (!field.HasChildren) Added(reference.Number, field);
            else if (IsNew(reference)) addedFields.Add(reference.Number);
        }
    }

    /// <summary>Fields and widgets are compared by their rights, however the walk came there.</summary>
    public bool Takes(PdfReference reference, PdfDictionary was, PdfDictionary now)
    {
        if (!before.Fields.TryGetValue(reference.Number, out var field) && !before.Widgets.TryGetValue(reference.Number, out field)) return false;
        Field(reference.Number, field, was, now);
        return true;
    }

    /// <summary>The form itself (ISO 32000-2, 12.7.3).</summary>
    /// <param name="owner">The catalog.</param>
    public void Compare(PdfObject? written, PdfObject? rewritten, int owner)
    {
        var was = before.Revision.Resolve(written) as PdfDictionary ?? [];
        if (after.Revision.Resolve(rewritten) is not PdfDictionary now)
        {
            if (was.Count > 0 || after.Revision.Resolve(rewritten) is not PdfNull) forbid(owner, "the form was taken away");
            return;
        }

        var number = (rewritten as PdfReference ?? written as PdfReference)?.Number ?? owner;
        foreach (var key in was.Keys.Union(now.Keys))
        {
            switch (key)
            {
                case "Fields":
                    List(was[key], now[key], number, "Fields", addedFields);
                    break;
                case "SigFlags" when now[key] is PdfInteger flags && (was[key] is null || (was[key] is PdfInteger older && (flags.Value & older.Value) == older.Value)):
                case "DA" when was[key] is null && now[key] is PdfString:
                case "NeedAppearances" when after.Revision.Resolve(now[key]) is PdfNull or PdfBoolean { Value: false }:
                    break;
                case "DR":
                    Resources(was[key], now[key], number);
                    break;
                default:
                    walk.Add(was[key], now[key], number, key);
                    break;
            }
        }
    }

    private bool IsNew(PdfReference reference) => before.Revision.ReferenceTo(reference.Number) is null;

    private void Existing(int number, FormField old, FormField now)
    {
        if (old.Name != now.Name || old.Type != now.Type)
        {
            forbid(number, $"the field {old.Name}, object {number}, has another name or type");
            return;
        }

        if (old.HasChildren || now.HasChildren) return;
        if (old.Type == "Sig")
        {
            if (before.Revision.Resolve(old.Value) is PdfNull && now.Signature is not null) Signed(number, now);
        }
        else if (permissions.Filling && !permissions.IsLocked(old.Name))
        {
            if (Together(old, now))
            {
                filled.Add(number);
                Replace(old, now);
            }
            else forbid(number, $"value and appearance of the field {old.Name}, object {number}, do not change together");
        }
    }

    private void Signed(int number, FormField field)
    {
        var isTimestamp = IsTimestamp(field) && field.Widgets.All(widget => widget.HasZeroArea);
        if (!isTimestamp && !permissions.Signing) forbid(number, $"the field {field.Name}, object {number}, was signed although no change is permitted");
        else if (!isTimestamp && permissions.IsLocked(field.Name)) forbid(number, $"the field {field.Name}, object {number}, was signed although it is locked");
        else if (permissions.IsCertified && NewWidgets(field).Any(widget => !widget.HasZeroArea)) forbid(number, $"the field {field.Name}, object {number}, got a new visible place");
        else
        {
            signed.Add(number);
            AddWidgets(field);
            Replace(before.Fields[number], field);
        }
    }

    private static bool IsTimestamp(FormField field) => JudgedSignature.FormatOf(field.Signature?.SubFilter) == SignatureFormat.DocumentTimestamp;

    private void Added(int number, FormField field)
    {
        if (ReasonAgainst(field) is { } reason)
        {
            forbid(number, $"the new field {field.Name}, object {number}, {reason}");
            return;
        }

        addedFields.Add(number);
        AddWidgets(field);
    }

    private string? ReasonAgainst(FormField field)
    {
        var isVisible = field.Widgets.Any(widget => !widget.HasZeroArea);
        if (!IsNew(field.Reference!)) return "was another object before";
        if (!field.IsSignature) return "is no signature field";
        if (before.Names.Contains(field.Name)) return "has the name of another";
        if (HasActions(field)) return "has actions";
        if (field.Widgets.Any(widget => widget.Reference is { } reference && !IsNew(reference))) return "stands where another object was before";
        if (IsTimestamp(field) && !isVisible) return null;
        if (!permissions.Signing) return "was added although no change is permitted";
        if (permissions.IsLocked(field.Name)) return "was added although it is locked";
        if (permissions.IsCertified && isVisible) return "is visible, which the certification does not permit";
        // An empty field that shows something is no signature but a picture laid over the page.
        return field.Signature is null && isVisible && field.Widgets.Any(widget => widget.Dictionary.Contains("AP")) ? "is not signed and yet shows something" : null;
    }

    private static bool HasActions(FormField field)
    {
        for (var one = field; one is not null; one = one.Parent)
        {
            if (one.Dictionary.Contains("AA") || one.Dictionary.Contains("A")) return true;
        }

        return field.Widgets.Any(widget => widget.Dictionary.Contains("AA") || widget.Dictionary.Contains("A"));
    }

    private IEnumerable<FormWidget> NewWidgets(FormField field) => field.Widgets.Where(widget => widget.Reference is { } reference && IsNew(reference));

    private void AddWidgets(FormField field) => AddedWidgets.UnionWith(NewWidgets(field).Select(widget => widget.Reference!.Number));

    private void Replace(FormField old, FormField now)
    {
        foreach (var widget in old.Widgets)
        {
            if (widget.Dictionary["AP"] is not PdfReference was) continue;
            var same = now.Widgets.FirstOrDefault(one => Equals(one.Reference, widget.Reference));
            if (!was.Equals(same?.Dictionary["AP"])) Replaced.Add(was.Number);
        }
    }

    private void Field(int number, FormField field, PdfDictionary was, PdfDictionary now)
    {
        var home = field.Reference?.Number ?? 0;
        var free = signed.Contains(home) ? SignedKeys : filled.Contains(home) ? FilledKeys : [];
        foreach (var key in was.Keys.Union(now.Keys))
        {
            if (free.Contains(key)) continue;
            // Who signs with a lock makes the locked fields read-only as well.
            if (key == "Ff" && signed.Count + addedFields.Count > 0 && IsSetReadOnly(was[key], now[key])) continue;
            if (key == "Kids") List(was[key], now[key], number, key, field.HasChildren ? addedFields : AddedWidgets);
            else walk.Add(was[key], now[key], number, key);
        }
    }

    private static bool IsSetReadOnly(PdfObject? was, PdfObject? now) =>
        now is PdfInteger flags && was is null or PdfInteger && (((was as PdfInteger)?.Value ?? 0) | ReadOnly) == flags.Value;

    private void List(PdfObject? written, PdfObject? rewritten, int owner, string key, HashSet<int> allowed)
    {
        var (was, now) = (before.Revision.Resolve(written), after.Revision.Resolve(rewritten));
        if (was is not (PdfNull or PdfArray) || now is not (PdfNull or PdfArray))
        {
            walk.Add(written, rewritten, owner, key);
            return;
        }

        if (Sequence.Added(was as PdfArray ?? [], now as PdfArray ?? [], (one, other) => walk.Add(one, other, owner, key)) is not { } added)
        {
            forbid(owner, $"/{key} of object {owner} lost something");
            return;
        }

        foreach (var item in added)
        {
            if (item is not PdfReference reference || !allowed.Contains(reference.Number))
                forbid((item as PdfReference)?.Number ?? owner, $"something was added to /{key} of object {owner} that may not be");
        }
    }

    // Fonts and the like for new appearances; what was there stays.
    private void Resources(PdfObject? written, PdfObject? rewritten, int owner)
    {
        var was = before.Revision.Resolve(written) as PdfDictionary ?? [];
        if (after.Revision.Resolve(rewritten) is not PdfDictionary now)
        {
            if (was.Count > 0) forbid(owner, "the resources of the form were taken away");
            return;
        }

        foreach (var (kind, value) in was)
        {
            if (before.Revision.Resolve(value) is PdfDictionary names && after.Revision.Resolve(now[kind]) is PdfDictionary newNames)
            {
                foreach (var (name, one) in names) walk.Add(one, newNames[name], owner, "DR");
            }
            else
            {
                walk.Add(value, now[kind], owner, "DR");
            }
        }
    }

    private bool Together(FormField old, FormField now)
    {
        var value = Differ(old.Value, now.Value);
        var shown = old.Widgets.Count != now.Widgets.Count;
        var hasAppearance = false;
        foreach (var (was, widget) in old.Widgets.Zip(now.Widgets))
        {
            shown |= Differ(was.Dictionary["AP"], widget.Dictionary["AP"]) || Differ(was.Dictionary["AS"], widget.Dictionary["AS"]);
            hasAppearance |= widget.Dictionary.Contains("AP") || was.Dictionary.Contains("AP");
        }

        return value == shown || (value && !hasAppearance);
    }

    private bool Differ(PdfObject? old, PdfObject? now)
    {
        var found = false;
        var probe = new PairWalk(before.Revision, after.Revision, (reference, _, _) => before.Fields.ContainsKey(reference.Number) || before.Pages.Contains(reference.Number), (_, _) => found = true, unchanged);
        probe.Add(old, now, 0, "");
        probe.Run();
        // Appearances share fonts and more; what was found the same once need not be walked for every field.
        if (!found) unchanged.UnionWith(probe.Seen);
        return found;
    }
}
