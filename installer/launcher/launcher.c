/* Starts Rathaus Desk in the Python that lies beside this file: one process, under its own name and icon.
 *
 * "-m MODULE" is handed on as it is: the program starts its own helpers by sys.executable, and that is this file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>
#include <shellapi.h>

#define LONGEST 32768
#define OPTIONS 7

static int complain(const wchar_t *path)
{
    static const wchar_t text[] =
        L"Rathaus Desk l\u00e4sst sich nicht starten: Das Programm ist unvollst\u00e4ndig installiert.\n"
        L"Bitte lassen Sie die Installation reparieren (Apps & Features). Ihre Daten sind unber\u00fchrt.\n\n";
    static wchar_t whole[LONGEST + 300];
    _snwprintf(whole, LONGEST + 299, L"%ls%ls", text, path);
#ifdef WINDOWED
    MessageBoxW(NULL, whole, L"Rathaus Desk", MB_OK | MB_ICONERROR);
#else
    HANDLE handle = GetStdHandle(STD_ERROR_HANDLE);
    static char bytes[4 * LONGEST];
    DWORD written;
    int size = WideCharToMultiByte(CP_UTF8, 0, whole, -1, bytes, sizeof bytes, NULL, NULL);
    if (size > 1)
        WriteFile(handle, bytes, size - 1, &written, NULL);
#endif
    return 3;
}

static int run(int argc, wchar_t **argv)
{
    static wchar_t path[LONGEST];
    DWORD length = GetModuleFileNameW(NULL, path, LONGEST);
    wchar_t *name = length && length < LONGEST ? wcsrchr(path, L'\\') : NULL;
    if (!name || name - path > LONGEST - 20)
        return complain(path);
    wcscpy(name + 1, PYTHON_DLL);
    SetDllDirectoryW(L""); /* never a library from the current folder */
    HMODULE python = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    int (*python_main)(int, wchar_t **) = python ? (void *)GetProcAddress(python, "Py_Main") : NULL;
    wchar_t **given = python_main ? calloc(argc + OPTIONS, sizeof *given) : NULL;
    if (!given)
        return complain(path);
    int count = 0;
    given[count++] = argv[0];
    given[count++] = L"-X";
    given[count++] = L"utf8";
    given[count++] = L"-B";
    if (argc < 2 || wcscmp(argv[1], L"-m") != 0) {
        given[count++] = L"-m";
        given[count++] = L"rathaus_desk";
    }
    for (int at = 1; at < argc; at++)
        given[count++] = argv[at];
    return python_main(count, given);
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, PWSTR line, int show)
{
    (void)instance, (void)previous, (void)line, (void)show;
    int argc;
    wchar_t **argv = CommandLineToArgvW(GetCommandLineW(), &argc);
    return run(argc, argv);
}
#else
int wmain(int argc, wchar_t **argv)
{
    return run(argc, argv);
}
#endif
