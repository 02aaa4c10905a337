using PhiGateway.Admin.Configuration;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>Grave steps take a fresh sign-in unless an operator turns that off, and what an operator writes about it means one thing.</summary>
public sealed class ConsoleSetupTests
{
    [Fact]
    public void Of_WithoutAWord_AsksForAFreshSignInWhereTheIssuerCanSay()
    {
        var stepUp = ConsoleSetup.Of(Options(null))!.StepUp;
        Assert.Equal((TimeSpan.FromMinutes(15), true), (stepUp!.Within, stepUp.IsByDefault));
    }

    [Fact]
    public void Of_WhatIsWritten_IsAskedOfEveryIssuer()
    {
        var stepUp = ConsoleSetup.Of(Options(new ConsoleStepUp { Acr = ["mfa"] }))!.StepUp;
        Assert.Equal((TimeSpan.FromMinutes(15), false), (stepUp!.Within, stepUp.IsByDefault));
        Assert.Equal(["mfa"], stepUp.Acr);
        var within = ConsoleSetup.Of(Options(new ConsoleStepUp { Within = TimeSpan.FromMinutes(5) }))!.StepUp;
        Assert.Equal(TimeSpan.FromMinutes(5), within!.Within);
    }

    [Fact]
    public void Of_TurnedOff_AsksForNothing() => Assert.Null(ConsoleSetup.Of(Options(new ConsoleStepUp { Off = true }))!.StepUp);

    [Theory]
    [InlineData(true, null, false)]
    [InlineData(true, 5, true)]
    [InlineData(false, 0, true)]
    [InlineData(false, 5, false)]
    public void Validate_WhatContradictsItself_IsAProblem(bool isOff, int? minutes, bool isProblem)
    {
        var stepUp = new ConsoleStepUp { Off = isOff, Within = minutes is { } number ? TimeSpan.FromMinutes(number) : null };
        var found = new List<string>();
        ConsoleValidator.Validate(Options(stepUp).Admin, (key, _) => found.Add(key));

        Assert.Equal(isProblem, found.Any(static key => key.StartsWith("Admin:Console:StepUp", StringComparison.Ordinal)));
    }

    private static GatewayOptions Options(ConsoleStepUp? stepUp)
    {
        var options = new GatewayOptions();
        options.Admin.Oidc = new AdminOidcOptions { Issuer = "https://idp.hospital.example" };
        options.Admin.Console = new ConsolePlaneOptions
        {
            PublicBase = "https://console.hospital.example",
            ClientId = "console",
            StepUp = stepUp,
        };
        return options;
    }
}
