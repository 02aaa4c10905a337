using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Compares two states of what an approval covers and says in words what is widened and what narrowed; for dry runs and for "needs approval
/// anew".
/// </summary>
/// <remarks>Whatever changes the fingerprint and is not plainly narrower counts as wider or neutral, never as narrower.</remarks>
public static class AccessDiff
{
    private static readonly string[] NodesOwn = ["requestsPerSecond", "concurrency"];

    /// <summary>The one word for a whole change: widening wins over neutral, neutral over narrowing.</summary>
    public static ChangeKind Classify(ApprovedInput before, ApprovedInput after, string? tokenService = null)
    {
        var kind = ChangeKind.None;
        foreach (var change in Compare(before, after, tokenService))
        {
            kind = change.Kind > kind ? change.Kind : kind;
        }

        return kind;
    }

    /// <summary>Every difference; empty exactly when the fingerprints are the same.</summary>
    /// <param name="before">What was approved.</param>
    /// <param name="after">What would be.</param>
    /// <param name="tokenService">Name of the gateway's own token service, where a certificate may be all that says who comes; null: there is
    /// none.</param>
    public static IReadOnlyList<AccessChange> Compare(ApprovedInput before, ApprovedInput after, string? tokenService = null)
    {
        if (string.Equals(before.Fingerprint, after.Fingerprint, StringComparison.Ordinal))
        {
            return [];
        }

        var changes = new List<AccessChange>();
        CompareUseCase(
            before.UseCase,
            after.UseCase,
            new AccessDiffWriter(changes, RegistryPaths.Of(RegistryKind.UseCase, after.UseCase.Id))
        );
        GrantDiff.Compare(
            before.UseCase.Grants,
            after.UseCase.Grants,
            new AccessDiffWriter(changes, RegistryPaths.Of(RegistryKind.UseCase, after.UseCase.Id) + "/grants")
        );
        CompareAgreement(
            before.Agreement,
            after.Agreement,
            new AccessDiffWriter(changes, RegistryPaths.Of(RegistryKind.Agreement, after.Agreement?.Id ?? before.Agreement?.Id))
        );
        CompareOrganization(
            before.Organization,
            after.Organization,
            new AccessDiffWriter(changes, RegistryPaths.Of(RegistryKind.Organization, after.UseCase.Organization))
        );
        CompareClient(before.Client, after.Client, new AccessDiffWriter(changes, RegistryPaths.Of(RegistryKind.Client, after.Client.Id)));
        CredentialDiff.Compare(before.Credentials, after.Credentials, tokenService, changes);
        if (changes.Count == 0)
        {
            changes.Add(
                new AccessChange(
                    ChangeKind.Neutral,
                    RegistryPaths.Of(RegistryKind.Client, after.Client.Id),
                    "What was approved is written differently."
                )
            );
        }

        return changes;
    }

    private static void CompareUseCase(UseCase before, UseCase after, AccessDiffWriter diff)
    {
        diff.Same("id", before.Id, after.Id, ChangeKind.Widening);
        diff.Same("organization", before.Organization, after.Organization, ChangeKind.Widening);
        diff.Same("agreement", before.Agreement, after.Agreement, ChangeKind.Widening);
        diff.Same("environment", before.Environment, after.Environment, ChangeKind.Widening);
        diff.Same("owner", before.Owner, after.Owner, ChangeKind.Neutral);
        diff.Same("legalBasis", before.LegalBasis, after.LegalBasis, ChangeKind.Neutral);
        diff.Same(
            "risk",
            before.Risk.ToString(),
            after.Risk.ToString(),
            after.Risk < before.Risk ? ChangeKind.Widening : ChangeKind.Narrowing
        );
        diff.Same(
            "allowsBreakGlass",
            before.AllowsBreakGlass ? "yes" : "no",
            after.AllowsBreakGlass ? "yes" : "no",
            after.AllowsBreakGlass ? ChangeKind.Widening : ChangeKind.Narrowing
        );
        diff.Most("expires", before.Expires.DayNumber, after.Expires.DayNumber, Day(before.Expires), Day(after.Expires));
        diff.Most("reviewEveryDays", before.ReviewEveryDays, after.ReviewEveryDays);
        diff.Set("purposes", before.Purposes, after.Purposes);
        if (AloneIn(after) is { } alone && AloneIn(before) is null)
        {
            // Where a use case has one purpose, a request that says none is taken to be for it.
            diff.Add(ChangeKind.Widening, "purposes", $"requests without a purpose are taken to be for {alone}");
        }

        diff.Set("tenants", before.Tenants, after.Tenants);
        CompareLimits(before.Limits, after.Limits, diff);
        CompareStepUp(before.StepUp, after.StepUp, diff);
    }

    private static string? AloneIn(UseCase useCase) =>
        useCase.Purposes is [var alone] && PurposeOfUse.TryParse(alone, out var purpose) && !purpose.IsBreakGlass ? alone : null;

    private static void CompareStepUp(StepUp? before, StepUp? after, AccessDiffWriter diff)
    {
        if (before is null || after is null)
        {
            diff.Same(
                "stepUp",
                before is null ? null : "there",
                after is null ? null : "there",
                after is null ? ChangeKind.Widening : ChangeKind.Narrowing
            );
            return;
        }

        diff.Most("stepUp/freshWithinSeconds", before.FreshWithinSeconds, after.FreshWithinSeconds);
        diff.Restriction("stepUp/acr", before.Acr, after.Acr);
        // Which types it is asked for: fewer is wider, and none named is all.
        diff.Same("stepUp/types", AccessDiffWriter.List(before.Types), AccessDiffWriter.List(after.Types), ChangeKind.Widening);
        diff.Same("stepUp/when", Occasions(before), Occasions(after), ChangeKind.Widening);
    }

    private static string Occasions(StepUp asked) => AccessDiffWriter.List([.. asked.When.Select(static occasion => occasion.ToString())]);

    private static void CompareAgreement(Agreement? before, Agreement? after, AccessDiffWriter diff)
    {
        if (before is null || after is null)
        {
            diff.Same("id", before?.Id, after?.Id, ChangeKind.Widening);
            return;
        }

        diff.Same("kind", before.Kind.ToString(), after.Kind.ToString(), ChangeKind.Widening);
        diff.Same("organization", before.Organization, after.Organization, ChangeKind.Widening);
        diff.Most("expires", before.Expires.DayNumber, after.Expires.DayNumber, Day(before.Expires), Day(after.Expires));
        diff.Most("effective", -before.Effective.DayNumber, -after.Effective.DayNumber, Day(before.Effective), Day(after.Effective));

        // Data that no longer crosses a border needs no legal review any more: fewer places, but also one door less.
        diff.Same(
            "crossBorder",
            before.CrossBorder ? "yes" : "no",
            after.CrossBorder ? "yes" : "no",
            after.CrossBorder ? ChangeKind.Widening : ChangeKind.Neutral
        );
        diff.Set("jurisdictions", before.Jurisdictions, after.Jurisdictions);
        diff.Same("legalReview", before.LegalReview?.Reference, after.LegalReview?.Reference, ChangeKind.Neutral);
        diff.Same("legalReview/by", before.LegalReview?.By, after.LegalReview?.By, ChangeKind.Neutral);
        diff.Same("legalReview/on", Day(before.LegalReview?.On), Day(after.LegalReview?.On), ChangeKind.Neutral);
        diff.Most(
            "legalReview/until",
            before.LegalReview?.Until?.DayNumber,
            after.LegalReview?.Until?.DayNumber,
            Day(before.LegalReview?.Until),
            Day(after.LegalReview?.Until)
        );
    }

    private static void CompareOrganization(Organization? before, Organization? after, AccessDiffWriter diff)
    {
        diff.Same("kind", before?.Kind.ToString(), after?.Kind.ToString(), ChangeKind.Widening);
        CompareLimits(before?.Limits, after?.Limits, diff);

        // A new module is other software behind the same name: not more rights, but not what was approved.
        var (old, present) = (before?.Modules ?? [], after?.Modules ?? []);
        if (!old.ToHashSet(StringComparer.Ordinal).SetEquals(present))
        {
            diff.Add(ChangeKind.Neutral, "modules", $"modules were {AccessDiffWriter.List(old)}, become {AccessDiffWriter.List(present)}");
        }
    }

    private static void CompareClient(Client before, Client after, AccessDiffWriter diff)
    {
        diff.Same("id", before.Id, after.Id, ChangeKind.Widening);
        diff.Same("useCase", before.UseCase, after.UseCase, ChangeKind.Widening);
        diff.Same("environment", before.Environment, after.Environment, ChangeKind.Widening);
        diff.Same("kind", before.Kind.ToString(), after.Kind.ToString(), ChangeKind.Neutral);
        diff.Same("owner", before.Owner, after.Owner, ChangeKind.Neutral);
        diff.Most("expires", before.Expires?.DayNumber, after.Expires?.DayNumber, Day(before.Expires), Day(after.Expires));
        diff.Most("maxTokenLifetimeSeconds", before.MaxTokenLifetimeSeconds, after.MaxTokenLifetimeSeconds);
        diff.Most("delegationDepth", before.DelegationDepth, after.DelegationDepth);
        diff.MostInstead("limits/requestsPerSecond", before.Limits.RequestsPerSecond, after.Limits.RequestsPerSecond);
        diff.MostInstead("limits/concurrency", before.Limits.Concurrency, after.Limits.Concurrency);
        CompareLimits(before.Limits, after.Limits, diff, NodesOwn);
        diff.Restriction("tenants", before.Tenants, after.Tenants);
        diff.Restriction("networks", before.Networks, after.Networks);
        diff.Restriction("hours", before.Hours, after.Hours);
        diff.Restriction("requires", before.Requires, after.Requires);
        diff.Restriction("scopes", before.Scopes, after.Scopes);
        diff.Order("actors", before.Actors, after.Actors);
        CompareCharter(before.Charter, after.Charter, diff);
    }

    // No limit is the widest; what a node gives a client that has none of its own is compared apart.
    private static void CompareLimits(ClientLimits? before, ClientLimits? after, AccessDiffWriter diff, params IReadOnlyList<string> apart)
    {
        foreach (var member in LimitMember.All)
        {
            if (!apart.Contains(member.Name, StringComparer.Ordinal))
            {
                diff.Most("limits/" + member.Name, before is null ? null : member.Of(before), after is null ? null : member.Of(after));
            }
        }
    }

    private static void CompareCharter(AgentCharter? before, AgentCharter? after, AccessDiffWriter diff)
    {
        if (before is null || after is null)
        {
            // A charter only takes away.
            diff.Same(
                "charter",
                before is null ? null : "there",
                after is null ? null : "there",
                after is null ? ChangeKind.Widening : ChangeKind.Narrowing
            );
            return;
        }

        // Another model behind the same name is other software.
        diff.Same("charter/model", before.Model, after.Model, ChangeKind.Widening);
        diff.Same("charter/vendor", before.Vendor, after.Vendor, ChangeKind.Widening);
        diff.Same("charter/instance", before.Instance, after.Instance, ChangeKind.Widening);
        diff.Same("charter/accountable", before.Accountable, after.Accountable, ChangeKind.Neutral);
        diff.Most(
            "charter/accountableUntil",
            before.AccountableUntil.DayNumber,
            after.AccountableUntil.DayNumber,
            Day(before.AccountableUntil),
            Day(after.AccountableUntil)
        );
        diff.Same("charter/timeZone", before.TimeZone, after.TimeZone, ChangeKind.Widening);
        diff.Most("charter/callsPerDay", before.CallsPerDay, after.CallsPerDay);
        diff.Restriction("charter/tools", before.Tools, after.Tools);
        diff.Restriction("charter/types", before.Types, after.Types);
        diff.Restriction("charter/hours", before.Hours, after.Hours);
    }

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
