using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Decisions;

/// <summary>
/// For each reason that the registry can open: what the grant, the token or the call lacked, in words made from the facts, and the step
/// that would open it. <see cref="ClosureWords"/> looks here first; a reason that is not named has no more precise words than its doors.
/// </summary>
internal static class PreciseClosures
{
    // What each reason says with the facts at hand, and what to do; whose act opens it stands with the question and is added behind.
    private static readonly FrozenDictionary<DenyReason, Words> Known = new Dictionary<DenyReason, Words>
    {
        [DenyReason.OutsideUseCase] = static (facts, _, useCase) =>
            facts.Asked.ResourceType is { } type && WordOf(facts.Asked.Interaction) is { } word
                ? ($"grants of {useCase.Id} cover {Covered(useCase)}", $"add {type}.{word} to {useCase.Id}")
                : null,
        [DenyReason.OperationNotPermitted] = static (_, _, useCase) =>
            (
                $"grants of {useCase.Id} permit the operations {List(useCase.Grants.SelectMany(static grant => grant.Operations))}",
                $"add the operation to {useCase.Id}"
            ),
        [DenyReason.IncludeNotPermitted] = static (_, _, useCase) =>
            (
                $"grants of {useCase.Id} permit the includes {List(useCase.Grants.SelectMany(static grant => grant.Includes))}",
                $"add the include to {useCase.Id}"
            ),
        [DenyReason.OutsideScope] = static (facts, client, _) =>
            facts.Asked.ResourceType is { } type
                ? (
                    $"the token's scope does not cover {WordOf(facts.Asked.Interaction) ?? facts.Asked.Interaction} of {type}",
                    $"have {Issuer(facts)} grant a scope for {type} to {facts.Proof.ClientId ?? client.Id}"
                )
                : null,
        [DenyReason.PurposeNotPermitted] = static (facts, _, useCase) =>
            (
                $"{useCase.Id} permits {List(useCase.Purposes)}, asserted was {facts.Asked.Purpose ?? "none"}",
                $"assert one of {List(useCase.Purposes)}, or add the purpose to {useCase.Id}"
            ),
        [DenyReason.PurposeMissing] = static (facts, _, useCase) =>
            (
                $"the token asserted no purpose; {useCase.Id} permits {List(useCase.Purposes)}",
                $"have {Issuer(facts)} assert one of {List(useCase.Purposes)}"
            ),
        [DenyReason.WrongTenant] = static (facts, client, useCase) =>
            (
                $"the client serves {List(Tenants(client, useCase))}, asked was {facts.Asked.Tenant ?? "none"}",
                $"send the client where it belongs, or add the tenant to {useCase.Id} and the client"
            ),
        [DenyReason.WrongEnvironment] = static (facts, _, useCase) =>
            (
                $"the use case belongs to {useCase.Environment}, the route to {facts.Asked.Environment ?? "none"}, "
                    + "the token to its issuer's environment",
                "find out why an identity of one environment called another"
            ),
        [DenyReason.WrongNetwork] = static (facts, client, _) =>
            (
                $"the client calls from {List(client.Networks)}, this call came from {facts.Proof.Peer ?? "an unknown address"}",
                $"find out who called, or add the network to client {client.Id}"
            ),
        [DenyReason.OutsideHours] = static (facts, client, _) =>
            (
                $"the client calls during {List(client.Hours)} UTC, this call came at {At(facts)}",
                $"call within the hours, or widen them on client {client.Id}"
            ),
        [DenyReason.BindingRequired] = static (facts, client, _) =>
            (
                $"the client must prove {Bindings(client)}, proven was {facts.Proof.Binding ?? "none"}",
                $"have the client use {Bindings(client)}; where it has a registered certificate, exactly that one"
            ),
        [DenyReason.ClientTokenLifetime] = static (facts, client, _) =>
            ($"the client's tokens may live {Lifetime(client)}", $"shorten the lifetime of its tokens at {Issuer(facts)}"),
        [DenyReason.OutsideRoster] = static (_, _, useCase) =>
            (
                $"the patient was not on {List(useCase.Grants.Select(static grant => grant.Patients?.Roster).OfType<string>())}",
                "add the membership to the roster, if the client is to serve this patient"
            ),
        [DenyReason.DelegationTooDeep] = static (_, client, _) =>
            ($"the client permits {client.DelegationDepth} actors", $"raise the delegation depth of client {client.Id}"),
        [DenyReason.ActorNotPermitted] = static (facts, client, _) =>
            (
                $"the client permits {InOrder(client.Actors ?? [])} as actors, from the outermost on; the chain was "
                    + InOrder(facts.Proof.Actors),
                $"find out who let this actor act, or add it in its place to the actors of client {client.Id}"
            ),
        [DenyReason.StepUpRequired] = static (facts, _, useCase) =>
            (
                $"the use case asks for a sign-in {SignIn(useCase)}",
                $"have the person sign in anew at {Issuer(facts)}, or change what use case {useCase.Id} asks for"
            ),
        [DenyReason.AgentToolNotPermitted] = static (_, client, _) =>
            (
                $"the agent asks by {List(client.Charter?.Tools ?? [])} only",
                $"have the agent use these tools, or widen the charter of client {client.Id}"
            ),
        [DenyReason.AgentOutsideHours] = static (facts, client, _) =>
            (
                $"the agent calls during {List(client.Charter?.Hours ?? [])} {client.Charter?.TimeZone}, this call came at {At(facts)} UTC",
                $"call within the hours, or widen the charter of client {client.Id}"
            ),
        [DenyReason.AgentTypeNotPermitted] = static (_, client, _) =>
            (
                $"the agent touches {List(client.Charter?.Types ?? [])} only",
                $"leave the type out, or widen the charter of client {client.Id}"
            ),
        [DenyReason.AgentUnaccountable] = static (_, client, _) =>
            (
                $"{client.Charter?.Accountable} answered for the agent until {client.Charter?.AccountableUntil:yyyy-MM-dd}",
                $"name who answers now in the charter of client {client.Id}, and have it approved"
            ),
    }.ToFrozenDictionary();

    private delegate (string What, string ToOpen)? Words(ClosureWords.Facts facts, Client client, UseCase useCase);

    /// <summary>The words of this reason; null: the facts at hand say no more than the reason itself.</summary>
    public static (string What, string ToOpen)? Of(ClosureWords.Facts facts, Client client, UseCase useCase) =>
        !IsOfAnActor(facts, client) && Known.TryGetValue(facts.Reason, out var words) ? words(facts, client, useCase) : null;

    // The charter and the hours of who acts through the client are not the client's: the rule says whose they are.
    private static bool IsOfAnActor(ClosureWords.Facts facts, Client client) =>
        (
            facts.Reason == DenyReason.OutsideHours
            || facts.Reason == DenyReason.AgentToolNotPermitted
            || facts.Reason == DenyReason.AgentOutsideHours
            || facts.Reason == DenyReason.AgentTypeNotPermitted
        )
        && facts.Rule is { } rule
        && rule != "client/" + client.Id;

    private static string Issuer(ClosureWords.Facts facts) => facts.Proof.Issuer ?? "the issuer";

    // A registered certificate is required even where nothing else is.
    private static string Bindings(Client client) => client.Requires.Count == 0 ? "a registered certificate" : List(client.Requires);

    private static string SignIn(UseCase useCase) =>
        string.Join(
            " and ",
            new[]
            {
                useCase.StepUp?.FreshWithinSeconds is { } seconds
                    ? $"of the last {seconds.ToString(CultureInfo.InvariantCulture)} s"
                    : null,
                useCase.StepUp?.Acr is { Count: > 0 } acr ? $"of the class {List(acr)}" : null,
            }.OfType<string>()
        ) + (useCase.StepUp is { When.Count: > 0 } ? " when the client comes from a new network or for a new type" : string.Empty);

    private static string Covered(UseCase useCase) =>
        List(useCase.Grants.SelectMany(static grant => grant.Types.Select(type => $"{type}.{string.Join('+', grant.Interactions)}")));

    private static string InOrder(IReadOnlyList<string> values) => values.Count == 0 ? "none" : string.Join(" before ", values);

    private static string List(IEnumerable<string> values) =>
        string.Join(", ", values.Distinct(StringComparer.Ordinal)) is { Length: > 0 } text ? text : "none";

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

    private static string At(ClosureWords.Facts facts) => facts.Time.ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Lifetime(Client client) =>
        client.MaxTokenLifetimeSeconds is { } seconds
            ? $"{seconds.ToString(CultureInfo.InvariantCulture)} s"
            : "as long as the issuer says";

    private static IReadOnlyList<string> Tenants(Client client, UseCase useCase) =>
        client.Tenants.Count > 0 ? client.Tenants : useCase.Tenants;
}
