using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Approvals;

/// <summary>Whether a change of what was approved permits more than before, less, or neither.</summary>
public enum ChangeKind : byte
{
    /// <summary>Nothing that was approved changed.</summary>
    None = 0,

    /// <summary>Only less is permitted than before: may be marked as not needing approval anew.</summary>
    Narrowing,

    /// <summary>Neither more nor less, but not what was approved: an owner, a module.</summary>
    Neutral,

    /// <summary>Something is permitted that was not. Security: always needs approval anew.</summary>
    Widening,
}

/// <summary>One difference between what was approved and what would be.</summary>
/// <param name="Kind">Which way it goes.</param>
/// <param name="Path">Where, such as <c>useCases/lab/grants</c>.</param>
/// <param name="Words">What changed, for people.</param>
public sealed record AccessChange(ChangeKind Kind, string Path, string Words);

/// <summary>All documents that an approval of one client covers, at one moment; the fingerprint is computed over them.</summary>
/// <param name="Client">The client.</param>
/// <param name="UseCase">Its use case.</param>
/// <param name="Agreement">Its agreement; null for an internal unit's own use.</param>
/// <param name="Organization">Its organization.</param>
/// <param name="Credentials">All its credentials.</param>
public sealed record ApprovedInput(
    Client Client,
    UseCase UseCase,
    Agreement? Agreement,
    Organization? Organization,
    IReadOnlyCollection<Credential> Credentials
)
{
    /// <summary>The fingerprint of all of it.</summary>
    public string Fingerprint => ApprovalFingerprint.Of(Client, UseCase, Agreement, Organization, Credentials);
}
