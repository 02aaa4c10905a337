using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks where, when and why a request is made, for <see cref="PolicyDecisionPoint"/>: environment, tenant, network, hours and purpose of
/// use. Each check returns null or a denial.
/// </summary>
internal static class PlaceQuestions
{
    internal static Deny? Environment(DecisionRun run)
    {
        var bound = run.UseCase.UseCase.Environment;
        return
            string.Equals(run.Request.Environment, bound, StringComparison.Ordinal)
            && string.Equals(run.Entry.Client.Environment, bound, StringComparison.Ordinal)
            && string.Equals(run.Caller.IssuerEnvironment, bound, StringComparison.Ordinal)
            ? null
            : new Deny(DenyReason.WrongEnvironment, run.UseCaseRule);
    }

    internal static Deny? Tenant(DecisionRun run)
    {
        var named = run.Caller.Tenant is null || string.Equals(run.Caller.Tenant, run.Request.Tenant, StringComparison.Ordinal);
        return named && Array.IndexOf(run.Entry.Tenants, run.Request.Tenant) >= 0
            ? null
            : new Deny(DenyReason.WrongTenant, "client/" + run.Entry.Client.Id);
    }

    // An API key is as good as who can read it: it is taken from networks that are named, and from nowhere else.
    internal static Deny? Network(DecisionRun run) =>
        (run.Entry.Networks.Length == 0 && run.Credential.Credential.Kind != CredentialKind.ApiKey)
        || (run.Request.Peer is { } peer && NetworkRange.Contains(run.Entry.Networks, peer))
            ? null
            : new Deny(DenyReason.WrongNetwork, "client/" + run.Entry.Client.Id);

    /// <summary>
    /// The hours of the client, and of everybody who acts through it: who may not call itself does not act either. Whom nobody knows is refused
    /// for that.
    /// </summary>
    internal static Deny? Hours(DecisionRun run)
    {
        var closed = Hours(run.Entry, run.Ticks);
        for (var place = 0; closed is null && place < run.Actors.Length; place++)
        {
            if (run.Actors[place] is { Client: var actor })
            {
                closed = Hours(actor, run.Ticks);
            }
        }

        return closed;
    }

    private static Deny? Hours(ClientEntry client, long ticks)
    {
        if (client.Hours.Length == 0)
        {
            return null;
        }

        foreach (var window in client.Hours)
        {
            if (window.Contains(ticks))
            {
                return null;
            }
        }

        return new Deny(DenyReason.OutsideHours, "client/" + client.Client.Id);
    }

    internal static Deny? Purpose(DecisionRun run)
    {
        var asserted = run.Caller.Purposes;
        if (run.OnlyCapabilities)
        {
            return null;
        }

        if (run.Caller.HasUnknownPurpose)
        {
            return new Deny(DenyReason.PurposeUnknown, run.UseCaseRule);
        }

        if (asserted.Count == 0)
        {
            // Emergency is always asserted by someone: the registry never says it on their behalf.
            return run.Caller.PurposeFromRegistry && run.UseCase.Purposes is [{ IsBreakGlass: false }]
                ? null
                : new Deny(DenyReason.PurposeMissing, run.UseCaseRule);
        }

        for (var place = 0; place < asserted.Count; place++)
        {
            if (!IsPermitted(run.UseCase, asserted[place]))
            {
                return new Deny(DenyReason.PurposeNotPermitted, run.UseCaseRule);
            }

            run.BreakGlass |= asserted[place].IsBreakGlass;
        }

        return run.BreakGlass && string.IsNullOrWhiteSpace(run.Request.Justification)
            ? new Deny(DenyReason.JustificationMissing, run.UseCaseRule)
            : null;
    }

    private static bool IsPermitted(UseCaseEntry useCase, PurposeOfUse asserted)
    {
        if (asserted.IsBreakGlass && !useCase.UseCase.AllowsBreakGlass)
        {
            return false;
        }

        foreach (var purpose in useCase.Purposes)
        {
            if (purpose.Permits(asserted))
            {
                return true;
            }
        }

        return false;
    }
}
