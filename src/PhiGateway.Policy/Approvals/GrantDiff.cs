using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Compares grants piece by piece: one type and one interaction or operation at a time, since grants may be split and joined freely.
/// </summary>
internal static class GrantDiff
{
    internal static void Compare(IReadOnlyList<Grant> before, IReadOnlyList<Grant> after, AccessDiffWriter diff)
    {
        var (old, present) = (Pieces(before), Pieces(after));
        foreach (var piece in present)
        {
            if (!old.Any(earlier => Covers(earlier, piece)))
            {
                diff.Add(
                    ChangeKind.Widening,
                    string.Empty,
                    old.Any(earlier => earlier.Name == piece.Name) ? $"{piece.Name} reaches further" : $"{piece.Name} is new"
                );
            }
        }

        foreach (var piece in old)
        {
            if (!present.Any(later => Covers(later, piece)))
            {
                diff.Add(
                    ChangeKind.Narrowing,
                    string.Empty,
                    present.Any(later => later.Name == piece.Name) ? $"{piece.Name} reaches less far" : $"{piece.Name} is gone"
                );
            }
        }

        // Inside another record leaves what the use case lets out of its type anywhere, and all of it where no grant speaks of the type.
        foreach (
            var type in Named(before).Except(Named(after), StringComparer.Ordinal).Where(type => after.Count > 0 && IsCut(before, type))
        )
        {
            diff.Add(ChangeKind.Widening, string.Empty, $"{type} inside other records leaves whole: no grant speaks of it any more");
        }

        // Includes are named for the use case as a whole.
        diff.Set("includes", before.SelectMany(static grant => grant.Includes), after.SelectMany(static grant => grant.Includes));
    }

    private static IEnumerable<string> Named(IReadOnlyList<Grant> grants) => grants.SelectMany(static grant => grant.Types);

    private static bool IsCut(IReadOnlyList<Grant> grants, string type) =>
        grants
            .Where(grant => grant.Types.Contains(type, StringComparer.Ordinal))
            .All(static grant => grant.Elements.Count > 0 || grant.Masks.Count > 0);

    private static List<Piece> Pieces(IReadOnlyList<Grant> grants) =>
        [
            .. grants.SelectMany(static grant =>
                grant.Types.SelectMany(type =>
                    grant.Interactions.Concat(grant.Operations).Select(word => new Piece($"{type}.{word}", grant))
                )
            ),
        ];

    private static bool Covers(Piece wider, Piece narrower)
    {
        var (wide, narrow) = (wider.Grant, narrower.Grant);
        return wider.Name == narrower.Name
            && PatientsCover(wide.Patients, narrow.Patients)
            && wide.Where.All(pair => narrow.Where.TryGetValue(pair.Key, out var values) && ValuesCover(pair.Value, values))
            && CeilingCovers(wide.Confidentiality, narrow.Confidentiality)
            && narrow.Labels.All(label => wide.Labels.Any(permitted => LabelCovers(permitted, label)))
            && (
                wide.Elements.Count == 0
                || (narrow.Elements.Count > 0 && narrow.Elements.All(element => wide.Elements.Contains(element, StringComparer.Ordinal)))
            )
            && wide.Masks.All(mask => Hides(narrow, mask))
            && (wide.MayRelabel || !narrow.MayRelabel);
    }

    private static bool PatientsCover(PatientScope? wide, PatientScope? narrow) =>
        narrow is null || (wide is not null && (wide.Any || wide == narrow));

    private static bool ValuesCover(string wide, string narrow) =>
        narrow.Split(',').All(value => wide.Split(',').Contains(value, StringComparer.Ordinal));

    private static bool Hides(Grant grant, string path) =>
        grant.Masks.Any(mask => ElementPath.IsWithin(path, mask))
        || (grant.Elements.Count > 0 && !grant.Elements.Contains(ElementPath.Top(path), StringComparer.Ordinal));

    // A code without a system means that code in any system; the members of a group are ActCode's alone.
    private static bool LabelCovers(string wide, string narrow) =>
        wide == narrow
        || (
            TokenValue.TryParse(wide, out var permitted)
            && TokenValue.TryParse(narrow, out var label)
            && label is { System: { } system, Code: { } code }
            && (
                (permitted.System is null && permitted.Code == code)
                || (
                    system == ActCodes.System
                    && permitted is { System: null or ActCodes.System, Code: { } group }
                    && ActCodes.IsWithin(code, group)
                )
            )
        );

    // An unreadable ceiling covers nothing, and is covered by nothing.
    private static bool CeilingCovers(string wide, string narrow) =>
        ConfidentialityCodes.TryParse(wide, out var high) && ConfidentialityCodes.TryParse(narrow, out var low) && high >= low;

    private sealed record Piece(string Name, Grant Grant);
}
