using System.Security.Cryptography;
using System.Text;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Stands for what is decided in a campaign and not applied yet, so that an approver applies exactly what they were shown. Made by the
/// console's page and compared by <see cref="CampaignApply"/>.
/// </summary>
internal static class DecidedFingerprint
{
    /// <summary>SHA-256 in lower-case hex over each decision with who made it and why, in one order.</summary>
    public static string Of(IEnumerable<CampaignItem> items)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in items.Where(CampaignUnapplied.Waits).OrderBy(static item => item.Id, StringComparer.Ordinal))
        {
            foreach (var part in (string?[])[item.Id, item.Decision.ToString(), item.DecidedBy, item.Reason])
            {
                // Each text ends where no text goes on.
                hash.AppendData(Encoding.UTF8.GetBytes(part ?? string.Empty));
                hash.AppendData("\0"u8);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
