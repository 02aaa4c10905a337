using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Says of two grants whether one lets out, of the same type and by the same words, all that the other does; asked by <see cref="GrantDiff"/>.
/// </summary>
/// <remarks>Lists are looked up, never compared each with each: a grant that names thousands of codes costs in proportion.</remarks>
internal static class GrantCover
{
    internal static bool Of(Grant wide, Grant narrow) =>
        PatientsCover(wide.Patients, narrow.Patients)
        && wide.Where.All(pair => narrow.Where.TryGetValue(pair.Key, out var values) && ValuesCover(pair.Value, values))
        && CeilingCovers(wide.Confidentiality, narrow.Confidentiality)
        && LabelsCover(wide.Labels, narrow.Labels)
        && ElementsCover(wide.Elements, narrow.Elements)
        && MasksAreHidden(wide.Masks, narrow)
        && (wide.MayRelabel || !narrow.MayRelabel);

    private static bool PatientsCover(PatientScope? wide, PatientScope? narrow) =>
        narrow is null || (wide is not null && (wide.Any || wide == narrow));

    private static bool ValuesCover(string wide, string narrow) =>
        narrow.Split(',').ToHashSet(StringComparer.Ordinal).IsSubsetOf(wide.Split(','));

    private static bool ElementsCover(IReadOnlyList<string> wide, IReadOnlyList<string> narrow) =>
        wide.Count == 0 || (narrow.Count > 0 && narrow.ToHashSet(StringComparer.Ordinal).IsSubsetOf(wide));

    private static bool MasksAreHidden(IReadOnlyList<string> masks, Grant narrow)
    {
        var hidden = narrow.Masks.ToHashSet(StringComparer.Ordinal);
        var kept = narrow.Elements.ToHashSet(StringComparer.Ordinal);
        return masks.All(mask => IsWithinOne(mask, hidden) || (kept.Count > 0 && !kept.Contains(ElementPath.Top(mask))));
    }

    // The path itself, or one above it.
    private static bool IsWithinOne(string path, HashSet<string> paths)
    {
        for (var length = path.Length; length > 0; length = path.LastIndexOf('.', length - 1))
        {
            if (paths.Contains(path[..length]))
            {
                return true;
            }
        }

        return false;
    }

    // A code without a system means that code in any system; the members of a group are ActCode's alone.
    private static bool LabelsCover(IReadOnlyList<string> wide, IReadOnlyList<string> narrow)
    {
        var texts = wide.ToHashSet(StringComparer.Ordinal);
        HashSet<string> anywhere = new(StringComparer.Ordinal);
        HashSet<string> groups = new(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (!TokenValue.TryParse(text, out var permitted) || permitted.Code is not { } code)
            {
                continue;
            }

            if (permitted.System is null)
            {
                anywhere.Add(code);
            }

            if (permitted.System is null or ActCodes.System)
            {
                groups.Add(code);
            }
        }

        return narrow.All(label => texts.Contains(label) || IsCovered(label, anywhere, groups));
    }

    private static bool IsCovered(string label, HashSet<string> anywhere, HashSet<string> groups) =>
        TokenValue.TryParse(label, out var value)
        && value is { System: { } system, Code: { } code }
        && (anywhere.Contains(code) || (system == ActCodes.System && ActCodes.IsWithinOne(code, groups)));

    // An unreadable ceiling covers nothing, and is covered by nothing.
    private static bool CeilingCovers(string wide, string narrow) =>
        ConfidentialityCodes.TryParse(wide, out var high) && ConfidentialityCodes.TryParse(narrow, out var low) && high >= low;
}
