using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.SignIn;

/// <summary>Says that a session has ended.</summary>
public sealed partial class SignedOutPage
{
    /// <summary>What has ended.</summary>
    [Parameter, EditorRequired]
    public required string Model { get; set; }
}
