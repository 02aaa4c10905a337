using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Turns the claims of a token whose signature holds into a caller, by the issuer's rules; a claim of the wrong sort refuses the token.
/// </summary>
/// <param name="claims">The claims.</param>
/// <param name="options">The issuer's rules.</param>
/// <param name="isAnswer">Whether they are an answer about an opaque token, which may leave out whose it is (RFC 7662 section 2.2).</param>
internal sealed class TokenClaims(JsonElement claims, IssuerOptions options, bool isAnswer = false)
{
    /// <summary>Longest text of a claim that is read: a token that is issued here must have none longer.</summary>
    internal const int MaximumTextLength = 256;

    private const int MaximumActors = 5;

    // By which issuers say of what sort a token is (Ory, Keycloak, Cognito; RFC 7662), and the sorts that are shown to no resource.
    private static readonly string[] SortMembers = ["token_type", "token_use", "typ"];
    private static readonly string[] OtherSorts = ["refresh", "refresh_token", "offline", "id", "id_token", "logout"];

    // 9999-12-31: the last second a DateTimeOffset holds.
    private const long LastSecond = 253_402_300_799;

    /// <summary>SHA-256 of the certificate in <c>cnf</c>; null: the token is not bound.</summary>
    public byte[]? Certificate { get; private set; }

    /// <summary>Thumbprint of the key in <c>cnf.jkt</c> (RFC 9449 section 6.1); null: the token is not bound to one.</summary>
    public byte[]? Key { get; private set; }

    /// <summary>Which claim refused the token as invalid, for the record only: <c>token:</c> and its name; null: none did.</summary>
    public string? Flaw { get; private set; }

    /// <summary>Reads everything; null: <paramref name="caller"/> is there.</summary>
    public DenyReason? Read(DateTimeOffset now, TokenHashes hashes, Func<string?, ScopeSet> readScope, out Caller? caller)
    {
        caller = null;
        if (Array.Exists(SortMembers, IsOfAnotherSort))
        {
            return Invalid("sort");
        }

        if (ReadTimes(now, out var issuedAt, out var expiresAt) is { } late)
        {
            return late;
        }

        if (ReadConfirmation() is { } unbound)
        {
            return unbound;
        }

        if (
            !Fits("client", TryText(options.Claims.ClientId, out var clientId))
            || !Fits("sub", TryText("sub", out var subject))
            || !Fits("jti", TryText("jti", out var tokenId))
            || !Fits("tenant", TryText(options.Claims.Tenant, out var tenant))
            || !Fits("patient", TryText(options.Claims.Patient, out var patientText))
            || !Fits("scope", ScopeClaim.TryRead(claims, options.Claims, out var scope))
            || !Fits("patient", TryPatient(patientText, out var patient))
            || !Fits("authorization_details", TaskDetail.TryRead(claims, out var task))
            || !Fits("parents", ParentTokens.TryRead(claims, out var parents))
        )
        {
            return DenyReason.InvalidToken;
        }

        if (clientId is null)
        {
            return Invalid("client");
        }

        if (subject is null && !isAnswer)
        {
            return Invalid("sub");
        }

        var actors = new List<string>();
        if (ReadActors(actors) is { } unreadable)
        {
            return unreadable;
        }

        var purposes = new List<PurposeOfUse>();
        var fromRegistry = options.Claims.Purpose == "registry";
        caller = new Caller
        {
            Issuer = options.Name,
            IssuerEnvironment = options.Environment,
            ClientId = clientId,
            Subject = subject ?? clientId,
            Scopes = readScope(scope),
            HasUnknownPurpose = !fromRegistry && !ReadPurposes(purposes),
            Purposes = purposes,
            PurposeFromRegistry = fromRegistry,
            PatientContext = patient,
            Tenant = tenant,
            Task = task,
            AuthenticatedAt = ReadSignIn(now),
            IsPersons = PersonClaims.Read(claims, clientId),
            Acr = TryText("acr", out var acr) ? acr : null,
            IssuedAt = issuedAt,
            ExpiresAt = expiresAt,
            TokenId = tokenId,
            TokenHash = hashes.SigningInput,
            TokenTextHashes = hashes.Texts,
            ParentIds = parents.Ids,
            ParentHashes = parents.Hashes,
            Binding = BindingOf(Certificate, Key),
            CertificateHash = Certificate is null ? null : Convert.ToHexStringLower(Certificate),
            Actors = actors,
        };
        return null;
    }

    /// <summary>
    /// The claim that refuses the token whatever its signature is, for the record only: of a token that is refused already. Null: none does.
    /// </summary>
    public string? FindFlaw(DateTimeOffset now, Func<string?, ScopeSet> readScope)
    {
        _ = Read(now, new TokenHashes(string.Empty, []), readScope, out _);
        return Flaw;
    }

    private DenyReason Invalid(string claim)
    {
        Flaw = "token:" + claim;
        return DenyReason.InvalidToken;
    }

    private bool Fits(string claim, bool isRead)
    {
        if (!isRead)
        {
            _ = Invalid(claim);
        }

        return isRead;
    }

    // Issuers sign, and answer about, refresh tokens and ID tokens too; what says nothing of its sort is an access token.
    private bool IsOfAnotherSort(string name) =>
        TryMember(claims, name, out var sort) && sort is not null && OtherSorts.Contains(sort, StringComparer.OrdinalIgnoreCase);

    private DenyReason? ReadTimes(DateTimeOffset now, out DateTimeOffset issuedAt, out DateTimeOffset expiresAt)
    {
        var (hasBegin, hasEnd) = (TryTime("iat", out issuedAt), TryTime("exp", out expiresAt));
        var isUndated = isAnswer && hasEnd && !claims.TryGetProperty("iat", out _);
        if (isUndated)
        {
            // RFC 7662 section 2.2: an answer need not say it. Then the token counts as old as it may be, and what was revoked covers it.
            issuedAt = expiresAt - options.MaxTokenLifetime;
        }
        else if (!hasBegin || !hasEnd)
        {
            return Invalid(hasBegin ? "exp" : "iat");
        }

        if (now >= expiresAt + options.ClockSkew)
        {
            return DenyReason.ExpiredToken;
        }

        if (issuedAt > now + options.ClockSkew || expiresAt <= issuedAt)
        {
            return isUndated ? DenyReason.TokenLifetimeTooLong : Invalid("iat");
        }

        if (claims.TryGetProperty("nbf", out _) && (!TryTime("nbf", out var notBefore) || notBefore > now + options.ClockSkew))
        {
            return Invalid("nbf");
        }

        return expiresAt - issuedAt > options.MaxTokenLifetime ? DenyReason.TokenLifetimeTooLong : null;
    }

    // What cannot be read, or has not happened yet, is no fresh sign-in; nothing but step-up asks for it.
    private DateTimeOffset? ReadSignIn(DateTimeOffset now)
    {
        if (!claims.TryGetProperty("auth_time", out _))
        {
            return null;
        }

        return TryTime("auth_time", out var moment) && moment <= now + options.ClockSkew ? moment : DateTimeOffset.UnixEpoch;
    }

    private DenyReason? ReadConfirmation()
    {
        if (!claims.TryGetProperty("cnf", out var confirmation))
        {
            // RFC 9449 section 6.2: an answer that says that the token is bound, and not to which key.
            return isAnswer && IsOfDpop() ? DenyReason.BindingFailed : null;
        }

        if (confirmation.ValueKind != JsonValueKind.Object)
        {
            return Invalid("cnf");
        }

        var members = 0;
        foreach (var member in confirmation.EnumerateObject())
        {
            members++;
            var isKey = member.Name == "jkt";
            if (!isKey && member.Name != "x5t#S256")
            {
                // A sort of binding nobody checks here.
                return DenyReason.BindingFailed;
            }

            if (!ClaimText.TryRead(member.Value, out var text) || !TryDigest(text!, out var digest))
            {
                return Invalid("cnf");
            }

            Certificate = isKey ? null : digest;
            Key = isKey ? digest : null;
        }

        return members == 1 ? null : Invalid("cnf");
    }

    private bool IsOfDpop() =>
        TryMember(claims, "token_type", out var type) && string.Equals(type, "DPoP", StringComparison.OrdinalIgnoreCase);

    private DenyReason? ReadActors(List<string> actors)
    {
        var holder = claims;
        while (holder.TryGetProperty("act", out var actor))
        {
            if (actors.Count == MaximumActors)
            {
                return DenyReason.DelegationTooDeep;
            }

            if (
                actor.ValueKind != JsonValueKind.Object
                || !TryMember(actor, "iss", out var issuer)
                || (issuer is not null && issuer != options.Issuer)
                || !TryMember(actor, "client_id", out var client)
                || !TryMember(actor, "sub", out var subject)
                || (client ?? subject) is not { } id
            )
            {
                return Invalid("act");
            }

            actors.Add(id);
            holder = actor;
        }

        return null;
    }

    // False: at least one asserted purpose is not known.
    private bool ReadPurposes(List<PurposeOfUse> purposes)
    {
        if (!ClaimPath.TryFind(claims, options.Claims.Purpose, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return AddPurpose(value, purposes);
        }

        var known = true;
        foreach (var item in value.EnumerateArray())
        {
            known &= AddPurpose(item, purposes);
        }

        return known;
    }

    private static bool AddPurpose(JsonElement value, List<PurposeOfUse> purposes)
    {
        if (!ClaimText.TryRead(value, out var text) || !PurposeOfUse.TryParse(text, out var purpose))
        {
            return false;
        }

        if (!purposes.Contains(purpose))
        {
            purposes.Add(purpose);
        }

        return true;
    }

    private static bool TryPatient(string? text, out PatientId? patient)
    {
        patient = null;
        if (text is null)
        {
            return true;
        }

        // Issuers that know FHIR write the reference; it names the same patient.
        const string Reference = "Patient/";
        if (!PatientId.TryParse(text.StartsWith(Reference, StringComparison.Ordinal) ? text[Reference.Length..] : text, out var id))
        {
            return false;
        }

        patient = id;
        return true;
    }

    private bool TryTime(string name, out DateTimeOffset moment)
    {
        moment = default;
        if (!claims.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number)
        {
            return false;
        }

        // NumericDate may have a fraction (RFC 7519 section 2); it does not matter here.
        if (!value.TryGetInt64(out var seconds))
        {
            if (!value.TryGetDouble(out var fraction) || !(fraction >= 0 && fraction <= LastSecond))
            {
                return false;
            }

            seconds = (long)fraction;
        }

        if (seconds is < 0 or > LastSecond - 86_400)
        {
            return false;
        }

        moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    private static ProofBinding BindingOf(byte[]? certificate, byte[]? key)
    {
        if (certificate is not null)
        {
            return ProofBinding.Mtls;
        }

        return key is null ? ProofBinding.None : ProofBinding.Dpop;
    }

    // True with null: the claim is not there. False: it is there and not usable.
    private bool TryText(string path, out string? text)
    {
        text = null;
        return !ClaimPath.TryFind(claims, path, out var value) || TryUsable(value, out text);
    }

    private static bool TryMember(JsonElement holder, string name, out string? text)
    {
        text = null;
        return !holder.TryGetProperty(name, out var value) || TryUsable(value, out text);
    }

    private static bool TryUsable(JsonElement value, out string? text)
    {
        if (!ClaimText.TryRead(value, out text) || text!.Length is 0 or > MaximumTextLength)
        {
            return false;
        }

        foreach (var character in text)
        {
            if (char.IsControl(character))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDigest(string text, out byte[] digest)
    {
        digest = new byte[32];
        return text.Length == 43 && System.Buffers.Text.Base64Url.TryDecodeFromChars(text, digest, out var length) && length == 32;
    }
}
