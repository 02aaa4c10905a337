using System.Security.Cryptography;
using System.Text;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Makes the ids of a campaign's parts.</summary>
internal static class CampaignIds
{
    private const int MostId = 128;

    /// <summary>How the ids of a campaign's items begin.</summary>
    public static string PrefixOf(string campaign) => campaign + ".";

    /// <summary>The item of a client in a campaign: readable where both names fit.</summary>
    public static string OfItem(string campaign, string client)
    {
        var whole = PrefixOf(campaign) + client;
        return whole.Length <= MostId
            ? whole
            : $"{campaign}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client)).AsSpan(0, 12))}";
    }

    /// <summary>Id of the record that a call leaves, as documents name it.</summary>
    public static string RecordOf(AdminCall call) => call.RequestId.ToString("D");
}
