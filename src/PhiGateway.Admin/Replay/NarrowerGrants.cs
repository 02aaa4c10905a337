using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Replay;

/// <summary>Cuts grants down to what was used, and says in words what fell away.</summary>
internal static class NarrowerGrants
{
    /// <summary>The grants that remain; empty when nothing was used.</summary>
    public static IReadOnlyList<Grant> Of(IReadOnlyList<Grant> grants, UsedGrants used)
    {
        var narrower = new List<Grant>();
        foreach (var grant in grants)
        {
            // Types that are used in the same way stay together.
            var kept = grant
                .Types.Select(type => (Type: type, Part: Of(grant, type, used)))
                .Where(static one => one.Part.Interactions.Count + one.Part.Operations.Count > 0)
                .GroupBy(static one =>
                    string.Join(' ', one.Part.Interactions)
                    + "|"
                    + string.Join(' ', one.Part.Operations)
                    + "|"
                    + string.Join(' ', one.Part.Includes)
                    + "|"
                    + string.Join(' ', one.Part.Labels)
                    + "|"
                    + string.Join(' ', one.Part.Elements)
                );
            narrower.AddRange(kept.Select(static same => same.First().Part with { Types = [.. same.Select(static one => one.Type)] }));
        }

        return narrower;
    }

    /// <summary>What falls away, a sentence each.</summary>
    public static IReadOnlyList<string> Removed(IReadOnlyList<Grant> before, IReadOnlyList<Grant> after)
    {
        var left = Elements(after).ToHashSet(StringComparer.Ordinal);
        return [.. Elements(before).Distinct(StringComparer.Ordinal).Where(element => !left.Contains(element))];
    }

    private static Grant Of(Grant grant, string type, UsedGrants used) =>
        grant with
        {
            Types = [type],
            Interactions = [.. grant.Interactions.Where(word => used.Uses(type, word))],
            Operations = [.. grant.Operations.Where(operation => used.UsesOperation(type, operation))],
            Includes = [.. grant.Includes.Where(used.UsesInclude)],
            Labels = [.. grant.Labels.Where(label => used.UsesLabel(type, label))],
            Elements = ElementsOf(grant, type, used),
        };

    // None named would be all: where none was asked for, all that are granted stay.
    private static IReadOnlyList<string> ElementsOf(Grant grant, string type, UsedGrants used)
    {
        string[] kept = [.. grant.Elements.Where(element => used.UsesElement(type, element))];
        return kept.Length == 0 ? grant.Elements : kept;
    }

    private static IEnumerable<string> Elements(IReadOnlyList<Grant> grants)
    {
        foreach (var grant in grants)
        {
            foreach (var type in grant.Types)
            {
                foreach (var word in grant.Interactions.Concat(grant.Operations))
                {
                    yield return $"{type} {word}";
                }
            }

            foreach (var include in grant.Includes)
            {
                yield return $"include {include}";
            }

            foreach (var type in grant.Types)
            {
                foreach (var label in grant.Labels)
                {
                    yield return $"{type} label {label}";
                }

                foreach (var element in grant.Elements)
                {
                    yield return $"{type} element {element}";
                }
            }
        }
    }
}
