using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks the caller for <see cref="PolicyDecisionPoint"/>: revocations, that the client is registered, that the doors of its path and its
/// credential are open, its proof of possession and its chain of actors. Each check returns null or a denial.
/// </summary>
internal static class IdentityQuestions
{
    internal static Deny? Token(DecisionRun run) =>
        RevocationQuestion.OfToken(run.Caller, run.Snapshot.Revocations) is { } rule ? new Deny(DenyReason.TokenRevoked, rule) : null;

    internal static Deny? Client(DecisionRun run)
    {
        if (run.Snapshot.FindBinding(run.Caller.Issuer, run.Caller.ClientId) is not { } binding)
        {
            return new Deny(DenyReason.UnknownClient);
        }

        run.Entry = binding.Client;
        run.Credential = binding.Credential;
        return null;
    }

    internal static Deny? Revocation(DecisionRun run)
    {
        // Whom a row concerns that this node cannot understand, nobody here can say: it may be this client.
        if (run.Snapshot.NotUnderstood is { } unknown)
        {
            return new Deny(DenyReason.RegistryNotUnderstood, unknown);
        }

        var revocations = run.Snapshot.Revocations;
        var rule =
            RevocationQuestion.OfPlace(run.Caller, run.Request.Tenant, revocations)
            ?? RevocationQuestion.OfClient(run.Entry, revocations)
            ?? RevocationQuestion.OfProvider(run.Caller, run.Entry, revocations)
            ?? RevocationQuestion.OfCredential(run.Credential, revocations)
            ?? RevocationQuestion.OfPurpose(run.Caller, run.Entry, revocations);
        return rule is null ? null : new Deny(DenyReason.Revoked, rule);
    }

    internal static Deny? Doors(DecisionRun run) =>
        run.Ticks >= run.Entry.OpenFrom && run.Ticks < run.Entry.OpenUntil && run.Entry.Compiled is not null
            ? null
            : FirstClosed(run.Entry.Doors, run.Ticks) ?? Unexplained;

    internal static Deny? Credential(DecisionRun run)
    {
        if (run.Ticks < run.Credential.OpenFrom || run.Ticks >= run.Credential.OpenUntil)
        {
            return FirstClosed(run.Credential.Doors, run.Ticks) ?? Unexplained;
        }

        // A key without an end would be one for ever.
        return run.Credential.Credential is { Kind: CredentialKind.ApiKey, Expires: null } endless
            ? new Deny(DenyReason.CredentialExpired, "credential/" + endless.Id)
            : null;
    }

    internal static Deny? Binding(DecisionRun run)
    {
        if (!run.Entry.BindingRequired && run.Entry.Certificates.Count == 0)
        {
            return null;
        }

        var proven = run.Caller.Binding switch
        {
            // A registered certificate is required, and no other counts: a bearer token beside it would make it worth nothing.
            ProofBinding.Mtls => run.Entry.Certificates.Count > 0
                ? (run.Entry.AcceptsMtls || !run.Entry.BindingRequired) && IsRegistered(run)
                : run.Entry.AcceptsMtls,
            ProofBinding.Dpop => run.Entry.AcceptsDpop,
            _ => false,
        };
        return proven ? null : new Deny(DenyReason.BindingRequired, ClientRule(run));
    }

    internal static Deny? Lifetime(DecisionRun run) =>
        run.Entry.Client.MaxTokenLifetimeSeconds is { } most && run.Caller.ExpiresAt - run.Caller.IssuedAt > TimeSpan.FromSeconds(most)
            ? new Deny(DenyReason.ClientTokenLifetime, ClientRule(run))
            : null;

    /// <summary>
    /// Every actor in the chain must be a client of the same issuer whose own path is open, here: a closed client does not act through another,
    /// and none acts in an environment or for a tenant for which it is not registered. None stands in it twice, and the caller itself only as
    /// the outermost: who acted for whom can be told of no circle. Where the client says who may act through it, nobody else does, and nobody
    /// in another order.
    /// </summary>
    internal static Deny? Delegation(DecisionRun run)
    {
        var actors = run.Actors;
        if (actors.Length > run.Entry.Client.DelegationDepth)
        {
            return new Deny(DenyReason.DelegationTooDeep, ClientRule(run));
        }

        var listed = 0;
        for (var place = 0; place < actors.Length; place++)
        {
            if (IsLoop(run, place))
            {
                return new Deny(DenyReason.DelegationLoop, ClientRule(run));
            }

            if (actors[place] is not { } actor || !IsOpen(run, actor))
            {
                return new Deny(DenyReason.UnknownActor, ClientRule(run));
            }

            if (!IsInOrder(run.Entry, actor.Client, ref listed))
            {
                return new Deny(DenyReason.ActorNotPermitted, ClientRule(run));
            }
        }

        return null;
    }

    // By its client in the registry, which may have several names at the issuer. Whom nobody knows is none of those before, who were known.
    private static bool IsLoop(DecisionRun run, int place)
    {
        if (run.Actors[place] is not { Client: var actor })
        {
            return false;
        }

        for (var outer = 0; outer < place; outer++)
        {
            if (ReferenceEquals(actor, run.Actors[outer]?.Client))
            {
                return true;
            }
        }

        return place > 0 && ReferenceEquals(actor, run.Entry);
    }

    // From the outermost on, and those in between may be missing; the client itself, which no other actor stands before, is not listed.
    private static bool IsInOrder(ClientEntry client, ClientEntry actor, ref int listed)
    {
        if (client.Client.Actors is not { } permitted || ReferenceEquals(actor, client))
        {
            return true;
        }

        while (listed < permitted.Count)
        {
            if (permitted[listed++] == actor.Client.Id)
            {
                return true;
            }
        }

        return false;
    }

    // Of a client whose certificates are registered, only those that are in time, and not revoked, prove anything.
    private static bool IsRegistered(DecisionRun run) =>
        run.Caller.CertificateHash is { } hash
        && run.Entry.Certificates.TryGetValue(hash, out var certificate)
        && run.Ticks >= certificate.OpenFrom
        && run.Ticks < certificate.OpenUntil
        && RevocationQuestion.OfCredential(certificate, run.Snapshot.Revocations) is null;

    // A path without an open moment has a closed door; should none be found all the same, it stays closed.
    private static Deny Unexplained => new(DenyReason.RegistryContradiction);

    private static string ClientRule(DecisionRun run) => "client/" + run.Entry.Client.Id;

    private static bool IsOpen(DecisionRun run, CredentialBinding actor) =>
        RevocationQuestion.OfBinding(actor, run.Snapshot.Revocations) is null
        && run.Ticks >= actor.Credential.OpenFrom
        && run.Ticks < actor.Credential.OpenUntil
        && run.Ticks >= actor.Client.OpenFrom
        && run.Ticks < actor.Client.OpenUntil
        && string.Equals(actor.Client.Client.Environment, run.Request.Environment, StringComparison.Ordinal)
        && Array.IndexOf(actor.Client.Tenants, run.Request.Tenant) >= 0;

    private static Deny? FirstClosed(PathDoor[] doors, long ticks)
    {
        foreach (var door in doors)
        {
            if (!door.IsOpen(ticks))
            {
                return new Deny(door.Reason, door.Rule);
            }
        }

        return null;
    }
}
