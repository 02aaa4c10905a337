using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Holds the request, the snapshot and what one decision has found out so far; handed from question to question, lives for one call.
/// </summary>
internal sealed class DecisionRun(AccessRequest request, RegistrySnapshot snapshot)
{
    internal AccessRequest Request { get; } = request;

    internal RegistrySnapshot Snapshot { get; } = snapshot;

    internal Caller Caller => Request.Caller;

    internal long Ticks { get; } = request.Now.UtcTicks;

    /// <summary>Found by the second question; every later one may rely on it.</summary>
    internal ClientEntry Entry { get; set; } = null!;

    /// <summary>The credential with which the client was recognised; found together with it.</summary>
    internal CredentialEntry Credential { get; set; } = null!;

    /// <summary>Those who act through the client, from the outermost on; null: one whom nobody knows.</summary>
    internal CredentialBinding?[] Actors =>
        field ??= Caller.Actors.Count == 0 ? [] : [.. Caller.Actors.Select(actor => Snapshot.FindBinding(Caller.Issuer, actor))];

    /// <summary>The agents under a charter that stand behind the call.</summary>
    internal IReadOnlyList<ClientEntry> Agents => field ??= ActingAgents.Of(Caller, Entry, Snapshot);

    /// <summary>Compiled use case; there once the doors are open.</summary>
    internal UseCaseEntry UseCase => Entry.Compiled!;

    /// <summary>The open task that the token names; null: it names none.</summary>
    internal TaskEntry? Task { get; set; }

    internal bool BreakGlass { get; set; }

    /// <summary>Nothing but the capability statement is asked for: no PHI, so no scope, grant or purpose is needed.</summary>
    internal bool OnlyCapabilities { get; set; }

    /// <summary>A chain walks over records some of which this client may not see: it is looked up in a search of its own.</summary>
    internal bool ResolvesWalks { get; set; }

    /// <summary>Whether this client is shown every record of whatever it may read at all; null: nobody asked yet, which costs all types.</summary>
    internal bool? ShowsWhateverIsRead { get; set; }

    /// <summary>Grants and scopes of this caller at this moment; made by the interaction question.</summary>
    internal AccessReach Reach { get; set; } = null!;

    /// <summary>Per part the grants that cover it; none for containers and for what was dropped of a wildcard.</summary>
    internal GrantSet[] Grants { get; set; } = [];

    internal string UseCaseRule => "use-case/" + UseCase.UseCase.Id;

    /// <summary>Whether nothing is left to ask about a part: a container, or a type that fell out of a wildcard.</summary>
    internal bool IsSettled(int place)
    {
        var part = Request.Parts[place];
        return IsContainer(part) || (Grants[place].IsEmpty && (part.IsWildcard || IsOneOfSeveral(part)));
    }

    /// <summary>Whether a part may fall out of a chain that leads to several types, since what remains is looked up here.</summary>
    internal static bool IsOneOfSeveral(AccessPart part) => part is { OneOf: not null, IsResolvable: true };

    /// <summary>Containers ask for nothing themselves: their entries stand among the parts.</summary>
    internal static bool IsContainer(AccessPart part) => part.Interaction is Interaction.Batch or Interaction.Transaction;
}
