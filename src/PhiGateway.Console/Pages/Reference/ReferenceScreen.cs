using System.Text;
using PhiGateway.Admin.OpenApi;
using PhiGateway.Console.Http;

namespace PhiGateway.Console.Pages.Reference;

/// <summary>
/// The reference of the admin API: Swagger UI, from the package, over the description that the API gives of itself. For reading; calls are
/// made with a key, not from here.
/// </summary>
internal sealed class ReferenceScreen(ApiDocument document)
{
    // Swagger UI writes HTML of descriptions, which it cleans, and draws icons from data: addresses. Nothing else may run or load here, and
    // the page, apart from the console's own, holds no patient and no form.
    private const string ContentSecurity =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    private static readonly byte[] Page = Encoding.UTF8.GetBytes(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>API reference · PHI Gateway</title>
            <link rel="stylesheet" href="/console/api/swagger-ui.css?v={ReferenceAssets.Version}">
            <link rel="stylesheet" href="/console/api/reference.css?v={ReferenceAssets.Version}">
            <link rel="icon" href="/console/assets/icon.svg" type="image/svg+xml">
            <script defer src="/console/api/swagger-ui-bundle.js?v={ReferenceAssets.Version}"></script>
            <script defer src="/console/api/reference.js?v={ReferenceAssets.Version}"></script>
        </head>
        <body>
            <header>
                <a class="brand" href="/console/now">PHI Gateway</a>
                <span>the admin API, for reading; the file: <a href="/console/api/openapi.json">openapi.json</a></span>
            </header>
            <main id="reference"></main>
            <noscript><p>This page needs its script. The description itself: <a href="/console/api/openapi.json">openapi.json</a>.</p></noscript>
        </body>
        </html>
        """
    );

    /// <summary>The page.</summary>
    public static ScreenAnswer Show() => new ScreenAnswer.Raw("text/html; charset=utf-8", Page) { ContentSecurity = ContentSecurity };

    /// <summary>The description that it shows.</summary>
    public async Task<ScreenAnswer> DescribeAsync(ConsoleRequest request) =>
        new ScreenAnswer.Raw("application/json; charset=utf-8", await document.ReadAsync(request.Call.Cancelled));

    /// <summary>The package's sheet.</summary>
    public static ScreenAnswer Sheet() => Kept("text/css", ReferenceAssets.Sheet);

    /// <summary>Our own sheet around it.</summary>
    public static ScreenAnswer Frame() => Kept("text/css", ReferenceAssets.Frame);

    /// <summary>The package's script.</summary>
    public static ScreenAnswer Bundle() => Kept("text/javascript", ReferenceAssets.Bundle);

    /// <summary>Our own lines that start it.</summary>
    public static ScreenAnswer Start() => Kept("text/javascript", ReferenceAssets.Start);

    private static ScreenAnswer.Raw Kept(string type, byte[] bytes) => new(type + "; charset=utf-8", bytes) { IsKept = true };
}
