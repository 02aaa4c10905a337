using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Tokens;

namespace PhiGateway.Admin.Access;

/// <summary>How many tokens with false signatures are verified here for one address: those of administrators, and of the end of their sessions.</summary>
internal sealed class StrangersTokens(AdminOptions options, TimeProvider time)
{
    /// <summary>The room that is left of it.</summary>
    public FalseTokens Room { get; } = new(options.FalseTokensPerSecondPerPeer, time);
}
