using Microsoft.AspNetCore.Http;

namespace PhiGateway.Console.Http;

/// <summary>The headers of every answer of the console: nothing inline, nothing from elsewhere, nothing kept, in nobody's frame.</summary>
internal static class ConsoleHeaders
{
    /// <summary>Security: whatever a name from registry or traffic holds, no script of it runs; not even our own may write HTML.</summary>
    public const string ContentSecurity =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string Permissions =
        "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
        + "midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=()";

    /// <summary>Writes them; a file that is the same for everybody may say later that it can be kept.</summary>
    public static void Write(HttpContext context, Uri publicBase)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurity;
        headers["Permissions-Policy"] = Permissions;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        if (publicBase.Scheme == Uri.UriSchemeHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }
}
