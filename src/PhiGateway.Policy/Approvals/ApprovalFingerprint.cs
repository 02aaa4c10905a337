using System.Globalization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Approvals;

/// <summary>Hashes everything that is approved when a client is approved: change any of it and the approval no longer fits.</summary>
/// <remarks>
/// Three steps: the use case with agreement and organization, which thousands of clients share; the client, which with the first is all that
/// it may do; its credentials. Titles, descriptions, contacts, states and confirmations are not part of it: states and confirmations (an owner's,
/// an access review, a vendor review) have doors of their own, and saying again that all is as it was changes nothing that was approved.
/// A legal review is part of it with its end: a later end without a new opinion widens what two persons approved.
/// Of a credential that the gateway checks itself its id and all by which it is recognised are part of it: who may come, and what must be
/// proven, is approved with the rest; a kind that is enforced one day comes in by itself. Its dates are not; they have doors of their own.
/// What a rotation exchanges keeps the approval by <see cref="CredentialSuccession"/>, not by the form.
/// The version in the first line changes when the form does; then every client needs approval anew, which is the safe way round
/// (docs/adr/0016).
/// </remarks>
public static class ApprovalFingerprint
{
    private const string UseCaseVersion = "phigw-approval-use-case/1";
    private const string ClientVersion = "phigw-approval/2";
    private const string RightsVersion = "phigw-approval/1";

    /// <summary>SHA-256 in lower-case hex of what would be approved now.</summary>
    /// <param name="client">The client.</param>
    /// <param name="useCase">Its use case.</param>
    /// <param name="agreement">Its agreement; null for an internal unit's own use.</param>
    /// <param name="organization">Its organization.</param>
    /// <param name="credentials">All credentials of the client, of every kind; their order means nothing.</param>
    public static string Of(
        Client client,
        UseCase useCase,
        Agreement? agreement,
        Organization? organization,
        IEnumerable<Credential> credentials
    ) => OfClient(OfRights(client, OfUseCase(useCase, agreement, organization)), credentials);

    /// <summary>The share of use case, agreement and organization.</summary>
    internal static string OfUseCase(UseCase useCase, Agreement? agreement, Organization? organization)
    {
        var form = new FingerprintWriter(UseCaseVersion)
            .Add("useCase", useCase.Id)
            .Add("organization", useCase.Organization)
            .Add("agreement", useCase.Agreement)
            .Add("owner", useCase.Owner)
            .Add("legalBasis", useCase.LegalBasis)
            .Add("environment", useCase.Environment)
            .Add("expires", useCase.Expires)
            .Add("reviewEveryDays", useCase.ReviewEveryDays)
            .Add("risk", useCase.Risk.ToString())
            .Add("allowsBreakGlass", useCase.AllowsBreakGlass)
            .AddSet("purposes", useCase.Purposes)
            .AddSet("tenants", useCase.Tenants)
            .Add("grants", useCase.Grants.Count);
        foreach (var grant in useCase.Grants)
        {
            Write(form, grant);
        }

        // Written only when there is one, so that what was approved before is still approved.
        if (useCase.StepUp is { } stepUp)
        {
            form.Add("freshWithinSeconds", stepUp.FreshWithinSeconds).AddSet("acr", stepUp.Acr).AddSet("stepUpTypes", stepUp.Types);
            if (stepUp.When.Count > 0)
            {
                form.AddSet("stepUpWhen", [.. stepUp.When.Select(static occasion => occasion.ToString())]);
            }
        }

        Write(form, "useCaseLimits", useCase.Limits);
        Write(form, "organizationLimits", organization?.Limits);
        Write(form, agreement);
        form.Add("organizationKind", organization?.Kind.ToString()).AddSet("modules", organization?.Modules ?? []);
        return form.Sha256();
    }

    /// <summary>
    /// What the client may do, from the share of the use case: all but who may come. The form is that of the first version, so an approval
    /// of that version is recognised by it.
    /// </summary>
    internal static string OfRights(Client client, string useCaseFingerprint)
    {
        var form = new FingerprintWriter(RightsVersion)
            .Add("useCaseFingerprint", useCaseFingerprint)
            .Add("client", client.Id)
            .Add("useCase", client.UseCase)
            .Add("kind", client.Kind.ToString())
            .Add("owner", client.Owner)
            .Add("environment", client.Environment)
            .Add("expires", client.Expires)
            .Add("maxTokenLifetimeSeconds", client.MaxTokenLifetimeSeconds)
            .Add("delegationDepth", client.DelegationDepth)
            .Add("requestsPerSecond", client.Limits.RequestsPerSecond)
            .Add("concurrency", client.Limits.Concurrency)
            .Add("distinctPatientsPerHour", client.Limits.DistinctPatientsPerHour)
            .Add("recordsPerDay", client.Limits.RecordsPerDay)
            .AddIfAny("distinctPatientsPerDay", client.Limits.DistinctPatientsPerDay)
            .AddIfAny("distinctPatientsPer30Days", client.Limits.DistinctPatientsPer30Days)
            .AddIfAny("bytesPerDay", client.Limits.BytesPerDay)
            .AddIfAny("exportsPerDay", client.Limits.ExportsPerDay)
            .AddIfAny("writesPerDay", client.Limits.WritesPerDay)
            .AddIfAny("breakGlassPerDay", client.Limits.BreakGlassPerDay)
            .AddSet("tenants", client.Tenants)
            .AddSet("networks", client.Networks)
            .AddSet("hours", client.Hours)
            .AddSet("requires", client.Requires);
        // Written only when there are any, so that what was approved before scopes were registered is still approved.
        if (client.Scopes.Count > 0)
        {
            form.AddSet("scopes", client.Scopes);
        }

        // Written only when they are said, so that what was approved before is still approved; as they stand, since their order is what is said.
        if (client.Actors is { } actors)
        {
            form.Add("actors", actors.Count);
            foreach (var actor in actors)
            {
                form.Add("actors[]", actor);
            }
        }

        // Written only when there is one, so that what was approved before there were charters is still approved.
        if (client.Charter is { } charter)
        {
            form.Add("model", charter.Model)
                .Add("modelVendor", charter.Vendor)
                .Add("instance", charter.Instance)
                .Add("accountable", charter.Accountable)
                .Add("accountableUntil", charter.AccountableUntil)
                .Add("timeZone", charter.TimeZone)
                .Add("callsPerDay", charter.CallsPerDay)
                .AddSet("tools", charter.Tools)
                .AddSet("agentTypes", charter.Types)
                .AddSet("agentHours", charter.Hours);
        }

        return form.Sha256();
    }

    /// <summary>The whole: what the client may do, and by which credentials it is recognised.</summary>
    internal static string OfClient(string rights, IEnumerable<Credential> credentials) =>
        new FingerprintWriter(ClientVersion)
            .Add("rights", rights)
            .AddSet("credentials", Counting(credentials).Select(OfCredential))
            .Sha256();

    /// <summary>Those of these credentials that are approved: inventory admits nobody and stops nobody.</summary>
    internal static IEnumerable<Credential> Counting(IEnumerable<Credential> credentials) =>
        credentials.Where(static credential => CredentialKinds.IsEnforced(credential.Kind));

    /// <summary>One credential's share: by what it is recognised and revoked.</summary>
    internal static string OfCredential(Credential credential)
    {
        var form = new FingerprintWriter("credential")
            .Add("id", credential.Id)
            .Add("client", credential.Client)
            .Add("kind", credential.Kind.ToString())
            .Add("issuer", credential.Issuer)
            .Add("clientId", credential.ClientId)
            .Add("thumbprint", credential.Thumbprint?.ToLowerInvariant())
            .Add("jwksUri", credential.JwksUri)
            .Add("jwkThumbprint", credential.JwkThumbprint)
            .Add("spiffeId", credential.SpiffeId)
            .Add("keyHash", credential.KeyHash);
        if (credential.BasicUser is { } user)
        {
            form.Add("basicUser", user);
        }

        // Written only when there is one, so that what was approved before there were such keys is still approved.
        if (credential.Jwk is { } jwk)
        {
            form.Add("kty", jwk.Kty)
                .Add("crv", jwk.Crv)
                .Add("x", jwk.X)
                .Add("y", jwk.Y)
                .Add("n", jwk.N)
                .Add("e", jwk.E)
                .Add("kid", jwk.Kid);
        }

        return form.AddIfAny("subjectDn", credential.SubjectDn)
            .AddIfAny("sanDns", credential.SanDns)
            .AddIfAny("sanUri", credential.SanUri)
            .ToString();
    }

    private static void Write(FingerprintWriter form, Grant grant)
    {
        form.AddSet("types", grant.Types)
            .AddSet("interactions", grant.Interactions)
            .AddSet("operations", grant.Operations)
            .AddSet("includes", grant.Includes)
            .Add("patients.any", grant.Patients?.Any ?? false)
            .Add("patients.roster", grant.Patients?.Roster)
            .Add("patients.context", grant.Patients?.Context ?? false)
            .Add("patients.task", grant.Patients?.Task ?? false)
            .Add("patients.none", grant.Patients?.None ?? false)
            .Add("confidentiality", grant.Confidentiality)
            .Add("mayRelabel", grant.MayRelabel)
            .AddSet("labels", grant.Labels)
            .AddSet("elements", grant.Elements)
            .Add("where", grant.Where.Count);
        // Written only when there are any, so that what was approved before there were masks is still approved.
        if (grant.Masks.Count > 0)
        {
            form.AddSet("masks", grant.Masks);
        }

        foreach (var (parameter, values) in grant.Where.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            form.Add("parameter", parameter).AddSet("values", values.Split(','));
        }
    }

    // What all clients share; nothing where nobody set it, so that what was approved before is still approved.
    private static void Write(FingerprintWriter form, string whose, ClientLimits? limits)
    {
        foreach (var member in limits is null ? [] : LimitMember.All)
        {
            form.AddIfAny($"{whose}.{member.Name}", member.Of(limits!));
        }
    }

    private static void Write(FingerprintWriter form, Agreement? agreement)
    {
        form.Add("agreementKind", agreement?.Kind.ToString())
            .Add("agreementOrganization", agreement?.Organization)
            .Add("effective", agreement?.Effective)
            .Add("agreementExpires", agreement?.Expires)
            .Add("crossBorder", agreement?.CrossBorder.ToString(CultureInfo.InvariantCulture))
            .AddSet("jurisdictions", agreement?.Jurisdictions ?? [])
            .Add("legalReviewBy", agreement?.LegalReview?.By)
            .Add("legalReviewOn", agreement?.LegalReview?.On)
            .Add("legalReviewReference", agreement?.LegalReview?.Reference);
        // Written only when there is one, so that what was approved before reviews ended is still approved.
        if (agreement?.LegalReview?.Until is { } until)
        {
            form.Add("legalReviewUntil", until);
        }
    }
}
