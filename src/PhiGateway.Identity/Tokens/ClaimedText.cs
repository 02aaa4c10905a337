using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>Says what a token claims before anybody has verified it; asked where strangers' tokens are counted, and for nothing else.</summary>
public static class ClaimedText
{
    /// <summary>The claim's text; null: it has none, or it is no token that can be read in one way only.</summary>
    /// <param name="token">As it was shown.</param>
    /// <param name="claim">Name of the claim.</param>
    public static string? Find(string token, string claim)
    {
        if (!TokenText.TryRead(token, out var text))
        {
            return null;
        }

        using (text)
        {
            return CompactText.TryMember(text.Claims, claim, out var value) ? value : null;
        }
    }
}
