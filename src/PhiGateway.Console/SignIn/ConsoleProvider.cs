using PhiGateway.Identity.Issuers;

namespace PhiGateway.Console.SignIn;

/// <summary>The identity provider that signs people in, by discovery; the admin API's own where that is found in the same way.</summary>
/// <param name="Provider">Its endpoints and keys.</param>
/// <param name="IsShared">Whether it is the API's, which disposes of it.</param>
internal sealed record ConsoleProvider(SignInProvider Provider, bool IsShared) : IDisposable
{
    public void Dispose()
    {
        if (!IsShared)
        {
            Provider.Dispose();
        }
    }
}
