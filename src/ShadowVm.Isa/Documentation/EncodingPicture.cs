using System.Globalization;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Documentation;

/// <summary>Boxes with bit numbers above, as manuals draw them, in SVG.</summary>
internal static class EncodingPicture
{
    // Tenths of a pixel: numbers are whole in this program's deterministic parts.
    private const int Pixel = 10;
    private const int Wide = 832 * Pixel;
    private const int Letter = 76; // width of a letter at the size of the labels
    private const int Numbers = 16 * Pixel;
    private const int Flat = 30 * Pixel;

    /// <summary>An encoding, each bit as wide as the others.</summary>
    /// <param name="boxes">Its boxes, the highest bits first.</param>
    /// <param name="bits">Bits of the whole.</param>
    /// <param name="label">What it shows, for who can't see it.</param>
    public static string Draw(IReadOnlyList<EncodingBox> boxes, int bits, string label)
    {
        var step = bits <= 16 ? 40 * Pixel : Wide / bits;
        return Draw(boxes, box => box.Width * step, label);
    }

    /// <summary>A register with fields that may be far apart: as wide as what is written in them.</summary>
    /// <param name="boxes">Its boxes, the highest bits first.</param>
    /// <param name="label">What it shows, for who can't see it.</param>
    public static string DrawFields(IReadOnlyList<EncodingBox> boxes, string label) => Draw(
        boxes, box => Math.Max(box.Text.Length * Letter + 14 * Pixel, (box.Width == 1 ? 26 : 44) * Pixel), label);

    private static string Draw(IReadOnlyList<EncodingBox> boxes, Func<EncodingBox, int> widthOf, string label)
    {
        var (height, whole) = (Flat, 2 * Pixel);
        foreach (var box in boxes)
        {
            whole += widthOf(box);
            if (IsUpright(box, widthOf(box)))
                height = Math.Max(height, box.Text.Length * Letter + 14 * Pixel);
        }

        var html = new Html();
        html.Raw($"<svg class=\"enc\" viewBox=\"0 0 {Number(whole)} {Number(Numbers + height + 2 * Pixel)}\" ")
            .Raw($"style=\"max-width:{Number(whole)}px\" role=\"img\" aria-label=\"{Html.Escape(label)}\">");
        var left = Pixel;
        foreach (var box in boxes)
        {
            DrawBox(html, box, left, widthOf(box), height);
            left += widthOf(box);
        }

        return html.Raw("</svg>\n").ToString();
    }

    private static void DrawBox(Html html, EncodingBox box, int left, int width, int height)
    {
        html.Raw($"<rect class=\"{Style(box.Kind)}\" x=\"{Number(left)}\" y=\"{Number(Numbers)}\" ")
            .Raw($"width=\"{Number(width)}\" height=\"{Number(height)}\"/>");
        const int above = Numbers - 4 * Pixel;
        if (box.Width == 1)
        {
            Put(html, "no mid", left + width / 2, above, $"{box.High}");
        }
        else
        {
            Put(html, "no", left + 3 * Pixel, above, $"{box.High}");
            Put(html, "no end", left + width - 3 * Pixel, above, $"{box.Low}");
        }

        var (x, y) = (left + width / 2, Numbers + height / 2);
        if (IsUpright(box, width))
        {
            x += 45;
            Put(html, Letters(box.Kind), x, y, box.Text, $" transform=\"rotate(-90 {Number(x)} {Number(y)})\"");
        }
        else if (box.Kind == ElementKind.Fixed)
        {
            for (var i = 0; i < box.Text.Length; i++)
                Put(html, Letters(box.Kind), left + (2 * i + 1) * width / (2 * box.Width), y + 5 * Pixel, box.Text[i..(i + 1)]);
        }
        else
        {
            Put(html, Letters(box.Kind), x, y + 5 * Pixel, box.Kind == ElementKind.Ignored ? "–" : box.Text);
        }
    }

    private static bool IsUpright(EncodingBox box, int width) =>
        box.Kind is not (ElementKind.Fixed or ElementKind.Ignored) && box.Text.Length * Letter > width - 4 * Pixel;

    private static string Style(ElementKind kind) => kind switch
    {
        ElementKind.Fixed => "fix",
        ElementKind.Ignored => "any",
        _ => "fld",
    };

    private static string Letters(ElementKind kind) => kind == ElementKind.Fixed ? "bit mid" : "lab mid";

    private static void Put(Html html, string style, int x, int y, string text, string more = "") => html
        .Raw($"<text class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\"{more}>").Text(text).Raw("</text>");

    /// <summary>Tenths as pixels.</summary>
    private static string Number(int tenths)
    {
        var whole = (tenths / Pixel).ToString(CultureInfo.InvariantCulture);
        return tenths % Pixel == 0 ? whole : $"{whole}.{tenths % Pixel}";
    }
}
