using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using PhiGateway.Admin.Clients;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Decisions;

/// <summary>Says what was closed and what would open it, as precisely as the registry and the record allow.</summary>
internal static class ClosureWords
{
    /// <summary>The facts of a refusal from which the words are made.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Rule">What closed it.</param>
    /// <param name="Asked">What was asked.</param>
    /// <param name="Proof">How the caller proved itself.</param>
    /// <param name="Time">When.</param>
    internal sealed record Facts(DenyReason Reason, string? Rule, ExplainedRequest Asked, ExplainedProof Proof, DateTimeOffset Time);

    public static (string Closed, IReadOnlyList<string> ToOpen) Of(Facts facts, ClientEntry? entry, IReadOnlyList<DoorReport> doors)
    {
        var (closed, toOpen) = OfReason(facts, entry, doors);

        // The decision stops at the first closed door; whoever opens only that one meets the next.
        var others = doors
            .Where(door => door is { Open: false, Guards: true } && door.Reason != facts.Reason.Code)
            .ToList();
        return others.Count == 0
            ? (closed, toOpen)
            : (
                $"{closed}; closed too: {string.Join(", ", others.Select(static door => "door " + door.Name))}",
                [.. toOpen, .. others.Select(static door => door.ToOpen).OfType<string>().Except(toOpen, StringComparer.Ordinal)]
            );
    }

    private static (string Closed, IReadOnlyList<string> ToOpen) OfReason(Facts facts, ClientEntry? entry, IReadOnlyList<DoorReport> doors)
    {
        var place = string.Join(" or ", DecisionQuestions.AnsweringWith(facts.Reason)) is { Length: > 0 } questions ? questions : facts.Reason.Stage.ToString();
        if (entry is { UseCase: { } useCase } && Precise(facts, entry.Client, useCase) is { } precise)
        {
            return ($"{place}: {precise.What}", [precise.ToOpen]);
        }

        var mine = doors.Where(door => door.Reason == facts.Reason.Code && (facts.Rule is null || door.Rule is null || door.Rule == facts.Rule)).ToList();
        if (mine.Count > 0)
        {
            var words = string.Join("; ", mine.Select(static door => $"door {door.Name}{(door.ClosesAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" with its date {at:yyyy-MM-dd}") : string.Empty)}"));
            var open = mine.Where(static door => !door.Open).Select(static door => door.ToOpen).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            return ($"{place}: {words}{(facts.Rule is null ? string.Empty : $" ({facts.Rule})")}", open.Count > 0 ? open : ["by the registry of today this door is open: nothing needs to be done"]);
        }

        var by = facts.Rule is null ? string.Empty : $" ({facts.Rule})";
        return ($"{place}: {facts.Reason.PublicText}{by}", [RefusalGuide.Find(facts.Reason.Code) ?? facts.Reason.PublicText]);
    }

    // What each reason says with the facts at hand, and what to do; whose act opens it stands with the question and is added behind.
    private static readonly FrozenDictionary<DenyReason, Words> Known = new Dictionary<DenyReason, Words>
    {
        [DenyReason.OutsideUseCase] = static (facts, _, useCase) => facts.Asked.ResourceType is { } type && WordOf(facts.Asked.Interaction) is { } word
            ? ($"grants of {useCase.Id} cover {Covered(useCase)}", $"add {type}.{word} to {useCase.Id}")
            : null,
        [DenyReason.OperationNotPermitted] = static (_, _, useCase) =>
            ($"grants of {useCase.Id} permit the operations {List(useCase.Grants.SelectMany(static grant => grant.Operations))}", $"add the operation to {useCase.Id}"),
        [DenyReason.IncludeNotPermitted] = static (_, _, useCase) =>
            ($"grants of {useCase.Id} permit the includes {List(useCase.Grants.SelectMany(static grant => grant.Includes))}", $"add the include to {useCase.Id}"),
        [DenyReason.OutsideScope] = static (facts, client, _) => facts.Asked.ResourceType is { } type
            ? ($"the token's scope does not cover {WordOf(facts.Asked.Interaction) ?? facts.Asked.Interaction} of {type}", $"have {Issuer(facts)} grant a scope for {type} to {facts.Proof.ClientId ?? client.Id}")
            : null,
        [DenyReason.PurposeNotPermitted] = static (facts, _, useCase) =>
            ($"{useCase.Id} permits {List(useCase.Purposes)}, asserted was {facts.Asked.Purpose ?? "none"}", $"assert one of {List(useCase.Purposes)}, or add the purpose to {useCase.Id}"),
        [DenyReason.PurposeMissing] = static (facts, _, useCase) =>
            ($"the token asserted no purpose; {useCase.Id} permits {List(useCase.Purposes)}", $"have {Issuer(facts)} assert one of {List(useCase.Purposes)}"),
        [DenyReason.WrongTenant] = static (facts, client, useCase) =>
            ($"the client serves {List(client.Tenants.Count > 0 ? client.Tenants : useCase.Tenants)}, asked was {facts.Asked.Tenant ?? "none"}", $"send the client where it belongs, or add the tenant to {useCase.Id} and the client"),
        [DenyReason.WrongEnvironment] = static (facts, _, useCase) =>
            ($"the use case belongs to {useCase.Environment}, the route to {facts.Asked.Environment ?? "none"}, the token to its issuer's environment", "find out why an identity of one environment called another"),
        [DenyReason.WrongNetwork] = static (facts, client, _) =>
            ($"the client calls from {List(client.Networks)}, this call came from {facts.Proof.Peer ?? "an unknown address"}", $"find out who called, or add the network to client {client.Id}"),
        [DenyReason.OutsideHours] = static (facts, client, _) =>
            (string.Create(CultureInfo.InvariantCulture, $"the client calls during {List(client.Hours)} UTC, this call came at {facts.Time:HH:mm}"), $"call within the hours, or widen them on client {client.Id}"),
        [DenyReason.BindingRequired] = static (facts, client, _) =>
            ($"the client must prove {Bindings(client)}, proven was {facts.Proof.Binding ?? "none"}", $"have the client use {Bindings(client)}; where it has a registered certificate, exactly that one"),
        [DenyReason.ClientTokenLifetime] = static (facts, client, _) =>
            ($"the client's tokens may live {client.MaxTokenLifetimeSeconds?.ToString(CultureInfo.InvariantCulture) ?? "as long as the issuer says"} s", $"shorten the lifetime of its tokens at {Issuer(facts)}"),
        [DenyReason.OutsideRoster] = static (_, _, useCase) =>
            ($"the patient was not on {List(useCase.Grants.Select(static grant => grant.Patients?.Roster).OfType<string>())}", "add the membership to the roster, if the client is to serve this patient"),
        [DenyReason.DelegationTooDeep] = static (_, client, _) =>
            ($"the client permits {client.DelegationDepth} actors", $"raise the delegation depth of client {client.Id}"),
    }.ToFrozenDictionary();

    private delegate (string What, string ToOpen)? Words(Facts facts, Client client, UseCase useCase);

    private static (string What, string ToOpen)? Precise(Facts facts, Client client, UseCase useCase) =>
        Known.TryGetValue(facts.Reason, out var words) && words(facts, client, useCase) is { } said ? (said.What, said.ToOpen + By(facts.Reason)) : null;

    private static string By(DenyReason reason) =>
        DecisionQuestions.OpenedBy(reason) switch
        {
            OpenedBy.TwoPersons => " and have it approved (widening: two persons)",
            OpenedBy.Issuer => "; the registry stays as it is",
            OpenedBy.Nobody => "; nothing in the registry opens this",
            _ => string.Empty,
        };

    private static string Issuer(Facts facts) => facts.Proof.Issuer ?? "the issuer";

    // A registered certificate is required even where nothing else is.
    private static string Bindings(Client client) => client.Requires.Count == 0 ? "a registered certificate" : List(client.Requires);

    private static string Covered(UseCase useCase) =>
        List(useCase.Grants.SelectMany(static grant => grant.Types.Select(type => $"{type}.{string.Join('+', grant.Interactions)}")));

    private static string List(IEnumerable<string> values) => string.Join(", ", values.Distinct(StringComparer.Ordinal)) is { Length: > 0 } text ? text : "none";

    // The word by which a grant names the interaction of a record.
    private static string? WordOf(string? interaction)
    {
        foreach (var known in Enum.GetValues<Interaction>())
        {
            if (JsonNamingPolicy.KebabCaseLower.ConvertName(known.ToString()) == interaction)
            {
                return InteractionWords.All.FirstOrDefault(word => InteractionWords.TryParse(word, out var set) && set.Contains(known));
            }
        }

        return null;
    }
}
