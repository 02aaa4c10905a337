using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Revocations;

/// <summary>Body of a revocation.</summary>
/// <param name="Target">client, credential, token, token-hash, organization, use-case, tenant, issuer, issued-before, subject,
/// other-than-treatment or model (<c>vendor/model</c>, or <c>vendor/*</c> for all of a vendor's); required.</param>
/// <param name="Value">What of it; required, but <c>*</c> for issued-before and other-than-treatment.</param>
/// <param name="Issuer">Narrows a token id or issued-before to one issuer; whose subject it is, required for subject.</param>
/// <param name="IssuedBefore">For issued-before and subject: tokens issued before this moment are dead; absent: now.</param>
/// <param name="Reason">Why, in words without patient data; required.</param>
public sealed record RevokeBody(
    RevocationTarget? Target = null,
    string? Value = null,
    string? Issuer = null,
    DateTimeOffset? IssuedBefore = null,
    string? Reason = null
);

/// <summary>Checks the body of a revocation and returns the findings.</summary>
internal static class RevokeBodyRules
{
    private const int MaxValue = 512;

    public static IReadOnlyList<ProblemPointer> Check(RevokeBody body, DateTimeOffset now)
    {
        var findings = new List<ProblemPointer>();
        if (body.Target is null)
        {
            findings.Add(
                new ProblemPointer(
                    "/target",
                    "required",
                    "Say what is revoked: client, credential, token, token-hash, organization, use-case, tenant, issuer, issued-before, subject, "
                        + "other-than-treatment or model."
                )
            );
            return findings;
        }

        var isIssuedBefore = body.Target == RevocationTarget.IssuedBefore;
        var isOfAll = isIssuedBefore || body.Target == RevocationTarget.OtherThanTreatment;
        if (isOfAll ? body.Value is not (null or "*") : string.IsNullOrWhiteSpace(body.Value) || body.Value.Length > MaxValue)
        {
            findings.Add(new ProblemPointer("/value", "invalid", isOfAll ? "It is of everything: leave it out." : "Say which one."));
        }

        if (
            body.Target == RevocationTarget.TokenHash
            && body.Value is { } hash
            && !(hash.Length == 64 && hash.All(static c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')))
        )
        {
            findings.Add(new ProblemPointer("/value", "invalid", "A SHA-256 in lower-case hex is expected, never the token itself."));
        }

        var hasMoment = isIssuedBefore || body.Target == RevocationTarget.Subject;
        if (!hasMoment && body.IssuedBefore is not null)
        {
            findings.Add(new ProblemPointer("/issued_before", "not-applicable", "Only issued-before and subject take a moment."));
        }

        if (body.IssuedBefore > now.AddMinutes(5))
        {
            findings.Add(
                new ProblemPointer("/issued_before", "future", "Tokens of the future cannot be revoked; suspend the client instead.")
            );
        }

        if (body.Target == RevocationTarget.Subject && string.IsNullOrWhiteSpace(body.Issuer))
        {
            findings.Add(new ProblemPointer("/issuer", "required", "Say whose subject it is: a name means another person elsewhere."));
        }

        if (body.Issuer is not null && !hasMoment && body.Target != RevocationTarget.Token)
        {
            findings.Add(
                new ProblemPointer("/issuer", "not-applicable", "Only token, issued-before and subject can be narrowed to an issuer.")
            );
        }

        return findings;
    }
}
