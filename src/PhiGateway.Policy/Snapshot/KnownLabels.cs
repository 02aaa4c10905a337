using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// The labels that any grant of the registry names besides HL7's sensitivities: a hospital's own, refrains, laws. That a grant names one says
/// that there are records which bear it, so that who is not permitted it does not see everything. Immutable, part of a snapshot.
/// </summary>
internal sealed class KnownLabels
{
    private KnownLabels(SecurityLabel[] all) => All = all;

    internal static KnownLabels None { get; } = new([]);

    /// <summary>They, each once, in order.</summary>
    internal SecurityLabel[] All { get; }

    /// <summary>Gathers them from what grants name; called by the snapshot's builder when a use case has changed.</summary>
    internal static KnownLabels Of(IEnumerable<TokenValue> named)
    {
        var found = new HashSet<SecurityLabel>();
        var bare = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (system, code) in named)
        {
            if (code is not null && system is not null)
            {
                found.Add(new SecurityLabel(system, code));
            }
            else if (code is not null)
            {
                bare.Add(code);
            }
        }

        foreach (var code in bare)
        {
            var known = new SecurityLabel(ActCodes.System, code);
            if (ActCodes.IsSensitivity(known) || known.IsNeutral || ActCodes.Refrains.Contains(known))
            {
                found.Add(known);
            }
            else if (!found.Any(label => label.Code == code))
            {
                // Of any system, where no grant names its system: a grant that names another one's code is not meant.
                found.Add(new SecurityLabel(SecurityLabel.AnySystem, code));
            }
        }

        SecurityLabel[] all =
        [
            .. found
                .Where(static label => !label.IsNeutral && !ActCodes.IsSensitivity(label))
                .OrderBy(static label => label.System, StringComparer.Ordinal)
                .ThenBy(static label => label.Code, StringComparer.Ordinal),
        ];
        return all.Length == 0 ? None : new KnownLabels(all);
    }

    /// <summary>Whether a record that bears any of them may leave under a grant.</summary>
    internal bool ArePermittedBy(GrantRule grant)
    {
        for (var place = 0; place < All.Length; place++)
        {
            if (!grant.PermitsLabel(All[place]))
            {
                return false;
            }
        }

        return true;
    }
}
