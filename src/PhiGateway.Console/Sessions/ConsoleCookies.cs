using Microsoft.AspNetCore.Http;

namespace PhiGateway.Console.Sessions;

/// <summary>
/// The console's cookies: host-locked (<c>__Host-</c>, Secure, no domain), out of reach of scripts, and never sent along from another site.
/// </summary>
internal static class ConsoleCookies
{
    /// <summary>The session.</summary>
    public const string Session = "__Host-phigw-console";

    /// <summary>Binds the sign-in form to the browser that was shown it, before there is a session.</summary>
    public const string Visitor = "__Host-phigw-visitor";

    // Longer than any that is made here.
    private const int MostCharacters = 4000;

    private static readonly CookieOptions Options = new()
    {
        HttpOnly = true,
        Secure = true,
        Path = "/",
        SameSite = SameSiteMode.Strict,
        IsEssential = true,
    };

    /// <summary>The value of a cookie; null: absent, empty or too long to be one of ours.</summary>
    public static string? Read(HttpContext context, string name) =>
        context.Request.Cookies.TryGetValue(name, out var value) && value is { Length: > 0 and <= MostCharacters } ? value : null;

    /// <summary>Sets a cookie until the browser is closed; the servers' clocks end the session.</summary>
    public static void Write(HttpContext context, string name, string value) => context.Response.Cookies.Append(name, value, Options);

    /// <summary>Takes a cookie away.</summary>
    public static void Remove(HttpContext context, string name) => context.Response.Cookies.Delete(name, Options);
}
