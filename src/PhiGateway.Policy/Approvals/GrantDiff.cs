using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Compares grants piece by piece: one type and one interaction or operation at a time, since grants may be split and joined freely.
/// </summary>
internal static class GrantDiff
{
    // Types times words, of all grants: more than any use case has a use for.
    private const long MostPieces = 200_000;

    private static readonly string[] Reading = ["read", "search"];
    private static readonly string[] Changing = ["update", "patch"];

    internal static void Compare(IReadOnlyList<Grant> before, IReadOnlyList<Grant> after, AccessDiffWriter diff)
    {
        if (CountPieces(before) > MostPieces || CountPieces(after) > MostPieces)
        {
            diff.Add(ChangeKind.Widening, string.Empty, "the grants name more than can be compared");
            return;
        }

        var (old, present) = (Pieces(before), Pieces(after));
        var known = new Dictionary<(Grant, Grant), bool>();
        foreach (var (name, grants) in present)
        {
            Told(name, grants, old, ChangeKind.Widening, "reaches further", "is new");
        }

        foreach (var (name, grants) in old)
        {
            Told(name, grants, present, ChangeKind.Narrowing, "reaches less far", "is gone");
        }

        // Inside another record leaves what the use case lets out of its type anywhere, and all of it where no grant speaks of the type.
        foreach (
            var type in Named(before).Except(Named(after), StringComparer.Ordinal).Where(type => after.Count > 0 && IsCut(before, type))
        )
        {
            diff.Add(ChangeKind.Widening, string.Empty, $"{type} inside other records leaves whole: no grant speaks of it any more");
        }

        FindUnseen(old, present, diff);
        FindUnasked(old, present, diff);

        // Includes are named for the use case as a whole.
        diff.Set("includes", before.SelectMany(static grant => grant.Includes), after.SelectMany(static grant => grant.Includes));

        // Of each grant for this piece that no grant of the other side covers. Two grants are compared once, for however many pieces.
        void Told(string name, List<Grant> grants, Dictionary<string, List<Grant>> others, ChangeKind kind, string more, string alone)
        {
            var other = others.GetValueOrDefault(name);
            foreach (var grant in grants)
            {
                if (other?.Exists(wider => Covers(wider, grant)) != true)
                {
                    diff.Add(kind, string.Empty, $"{name} {(other is null ? alone : more)}");
                }
            }
        }

        bool Covers(Grant wide, Grant narrow) =>
            known.TryGetValue((wide, narrow), out var covers) ? covers : known[(wide, narrow)] = GrantCover.Of(wide, narrow);
    }

    // Who reads a record in part may not write over the rest; who does not read it at all is taken for its source. So to read fewer records
    // of which some elements are hidden opens them to a write that remains.
    private static void FindUnseen(Dictionary<string, List<Grant>> old, Dictionary<string, List<Grant>> present, AccessDiffWriter diff)
    {
        // Two grants are compared once, for however many types.
        var known = new Dictionary<(Grant, Grant), bool>();
        foreach (var type in old.Keys.Select(static name => name[..name.IndexOf('.', StringComparison.Ordinal)]).Distinct())
        {
            if (!Changing.Any(word => present.ContainsKey($"{type}.{word}")))
            {
                continue;
            }

            var reading = Of(present, type);
            if (Of(old, type).Exists(grant => IsCut(grant) && !reading.Exists(wider => Covers(wider, grant))))
            {
                diff.Add(
                    ChangeKind.Widening,
                    string.Empty,
                    $"{type} that was read in part may be written over where it is not read any more"
                );
            }
        }

        bool Covers(Grant wide, Grant narrow) =>
            known.TryGetValue((wide, narrow), out var covers) ? covers : known[(wide, narrow)] = GrantCover.Of(Whole(wide), narrow);

        static List<Grant> Of(Dictionary<string, List<Grant>> pieces, string type) =>
            [.. Reading.SelectMany(word => pieces.GetValueOrDefault($"{type}.{word}", [])).Distinct()];

        static Grant Whole(Grant grant) => grant with { Elements = [], Masks = [], MayRelabel = true };
    }

    // A file stays with a hidden record that names it, and of the types that a client may not search nobody looks whether there is one. So to
    // lose the search of a type shows more files to whom may still read files.
    private static void FindUnasked(Dictionary<string, List<Grant>> old, Dictionary<string, List<Grant>> present, AccessDiffWriter diff)
    {
        if (!present.Keys.Any(static name => name.StartsWith("Binary.", StringComparison.Ordinal)))
        {
            return;
        }

        foreach (var name in old.Keys.Where(static name => !name.StartsWith("Binary.", StringComparison.Ordinal)))
        {
            var type = name[..name.IndexOf('.', StringComparison.Ordinal)];
            var isLost = name.AsSpan(type.Length + 1) switch
            {
                "search" => !present.ContainsKey(name),
                "read" => !Reading.Any(word => present.ContainsKey($"{type}.{word}")) && !old.ContainsKey($"{type}.search"),
                _ => false,
            };
            if (isLost)
            {
                diff.Add(ChangeKind.Widening, string.Empty, $"files that a {type} names are shown without a look at it");
            }
        }
    }

    private static bool IsCut(Grant grant) => grant.Elements.Count > 0 || grant.Masks.Count > 0;

    private static IEnumerable<string> Named(IReadOnlyList<Grant> grants) => grants.SelectMany(static grant => grant.Types);

    private static bool IsCut(IReadOnlyList<Grant> grants, string type) =>
        grants.Where(grant => grant.Types.Contains(type, StringComparer.Ordinal)).All(IsCut);

    private static long CountPieces(IReadOnlyList<Grant> grants) =>
        grants.Sum(static grant => (long)grant.Types.Count * (grant.Interactions.Count + grant.Operations.Count));

    // In the order of the grants; a type or a word that a grant names twice is one piece.
    private static Dictionary<string, List<Grant>> Pieces(IReadOnlyList<Grant> grants)
    {
        var pieces = new Dictionary<string, List<Grant>>(StringComparer.Ordinal);
        foreach (var grant in grants)
        {
            var words = grant.Interactions.Concat(grant.Operations).Distinct(StringComparer.Ordinal).ToList();
            foreach (var type in grant.Types.Distinct(StringComparer.Ordinal))
            {
                foreach (var word in words)
                {
                    var name = $"{type}.{word}";
                    (pieces.TryGetValue(name, out var known) ? known : pieces[name] = []).Add(grant);
                }
            }
        }

        return pieces;
    }
}
