namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// Why a request was refused: a closed set, each with its own code, status and public text; documented in <c>docs/refusals.md</c>.
/// </summary>
/// <remarks>
/// Immutable; two reasons are the same only when they are the same object. The public text never says anything about a patient, a rule or
/// the inside.
/// </remarks>
public sealed partial class DenyReason
{
    private DenyReason(string code, int status, DenyStage stage, string issueType, string text, string? oauthError = null)
    {
        Code = code;
        Status = status;
        Stage = stage;
        IssueType = issueType;
        PublicText = text;
        OAuthError = oauthError;
        Registered.Add(this);
    }

    /// <summary>Stable kebab-case code: in records, cases, docs and <c>details.coding</c> of the refusal.</summary>
    public string Code { get; }

    /// <summary>HTTP status of the refusal.</summary>
    public int Status { get; }

    /// <summary>Stage that refuses.</summary>
    public DenyStage Stage { get; }

    /// <summary>FHIR issue-type of the OperationOutcome.</summary>
    public string IssueType { get; }

    /// <summary>What the client is told.</summary>
    public string PublicText { get; }

    /// <summary><c>error</c> of WWW-Authenticate (RFC 6750 section 3.1); null: none is due.</summary>
    public string? OAuthError { get; }

    public override string ToString() => Code;
}
