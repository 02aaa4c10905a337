using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.SignIn;

/// <summary>Offers the ways to sign in.</summary>
public sealed partial class SignInPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required SignInModel Model { get; set; }
}
