using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhiGateway.Admin.Configuration;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.SignIn;
using PhiGateway.Identity.Issuers;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A sign-in that was begun at one node ends at another that has the same key, and at no other.</summary>
public sealed class SharedProtectionTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void State_OfOneNode_IsReadByAnotherWithTheSameKeyOnly()
    {
        var properties = new AuthenticationProperties { Items = { ["to"] = "/console/alerts" } };
        var state = FormatOf(Key).Protect(properties);

        Assert.Equal("/console/alerts", FormatOf(Key).Unprotect(state)?.Items["to"]);
        Assert.Null(FormatOf(RandomNumberGenerator.GetBytes(32)).Unprotect(state));
        Assert.Null(FormatOf(null).Unprotect(state));
    }

    [Fact]
    public void Protected_ForOnePurpose_OpensForNoOther()
    {
        var provider = new SharedProtection(Key);
        var made = provider.CreateProtector("a").Protect("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), new SharedProtection(Key).CreateProtector("a").Unprotect(made));
        Assert.ThrowsAny<CryptographicException>(() => provider.CreateProtector("b").Unprotect(made));
        Assert.ThrowsAny<CryptographicException>(() => provider.CreateProtector("a", "b").Unprotect(made));
        for (var i = 0; i < made.Length; i++)
        {
            var altered = made.ToArray();
            altered[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => provider.CreateProtector("a").Unprotect(altered));
        }

        Assert.ThrowsAny<CryptographicException>(() => provider.CreateProtector("a").Unprotect(made[..20]));
        Assert.NotEqual(made, provider.CreateProtector("a").Protect("x"u8.ToArray()));
    }

    private static ISecureDataFormat<AuthenticationProperties> FormatOf(byte[]? key)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(static made => new SignInProvider(
            "https://idp.hospital.example",
            null,
            "administrators",
            made.GetRequiredService<TimeProvider>(),
            made.GetRequiredService<ILogger<SignInProvider>>(),
            null
        ));
        services.AddSignIn(
            new ConsoleOptions
            {
                PublicBase = new Uri("https://console.hospital.example"),
                ClientId = "console",
                SignInKey = key,
                Oidc = new AdminOidcOptions { Issuer = "https://idp.hospital.example" },
            }
        );
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get("console-oidc").StateDataFormat;
    }
}
